import type { FoundEntity } from './entity.ts';

/** Keys whose issuers gave them a form by which they can be told. Every quantifier is bounded. */
const forms: readonly RegExp[] = [
  /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g,
  /\bgh[opsur]_[A-Za-z0-9]{36,255}\b/g,
  /\bgithub_pat_[A-Za-z0-9_]{60,255}\b/g,
  /\bglpat-[\w-]{20,64}/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,200}/g,
  /\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,200}\b/g,
  /\bsk-(?:proj-|svcacct-|admin-|ant-)?[A-Za-z0-9_-]{32,220}/g,
  /\bAIza[\w-]{35}(?![\w-])/g,
  /\boc_[a-z][a-z0-9]{0,11}_[A-Za-z0-9_-]{20,120}/g,
  /\beyJ[\w-]{8,2000}\.eyJ[\w-]{8,2000}\.[\w-]{8,1000}/g,
];

export const privateKeyBeginning = /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----/g;
const privateKeyEnd = /-----END [A-Z ]{0,30}PRIVATE KEY-----/g;

/** Longest private key in PEM form: RSA with 16,384 bits takes about this much. */
export const longestPrivateKey = 16_384;

/** Keys to other systems. */
export function* findSecrets(text: string): Iterable<FoundEntity> {
  for (const form of forms) {
    for (const { 0: match, index } of text.matchAll(form)) {
      yield { entity: 'secret', start: index, end: index + match.length };
    }
  }
  if (!text.includes('-----BEGIN ')) return;
  for (const { 0: beginning, index } of text.matchAll(privateKeyBeginning)) {
    privateKeyEnd.lastIndex = index + beginning.length;
    const end = privateKeyEnd.exec(text);
    // One that is cut off is no less secret.
    const endsAt = end ? privateKeyEnd.lastIndex : text.length;
    yield { entity: 'secret', start: index, end: Math.min(endsAt, index + longestPrivateKey) };
  }
}
