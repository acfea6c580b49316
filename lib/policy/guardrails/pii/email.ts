import type { FoundEntity } from './entity.ts';

const ofLocalPart = /[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~.-]/u;
const domain = /(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.){1,8}[\p{L}\p{M}]{2,24}/uy;

/** E-mail addresses, looked for around each `@`, so that a text without one costs nothing. */
export function* findEmails(text: string): Iterable<FoundEntity> {
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    let start = at;
    // RFC 5321: a local part has at most 64 octets.
    while (start > 0 && at - start < 64 && ofLocalPart.test(text[start - 1] ?? '')) start -= 1;
    // What encloses an address may stand in one, too; it rarely begins with it.
    while (start < at && /[^\p{L}\p{N}_+]/u.test(text[start] ?? '')) start += 1;
    if (start === at) continue;
    domain.lastIndex = at + 1;
    const matched = domain.exec(text);
    if (matched) yield { entity: 'email', start, end: domain.lastIndex };
  }
}
