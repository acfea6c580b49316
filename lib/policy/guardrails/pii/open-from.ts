import { longestPrivateKey } from './secrets.ts';

/** A number in groups is no longer than this: a French NIR, or an IBAN of 33 characters in groups of four. */
const longestGroups = 48;

/**
 * Where a text that goes on may be in the middle of something personal: the word at its end, together with the groups
 * of digits and letters before it that may be one number with it, or a private key that has begun.
 */
export function openFrom(text: string): number {
  const keyAt = openPrivateKey(text);
  if (keyAt !== undefined) return keyAt;
  let start = wordStart(text, text.length);
  if (start < text.length && !isGroup(text.slice(start))) return start;
  let open = start;
  while (start > 0 && text.length - start < longestGroups) {
    let end = start;
    while (end > 0 && start - end < 3 && isSpace(text.charCodeAt(end - 1))) end -= 1;
    start = wordStart(text, end);
    const word = text.slice(start, end);
    if (word === '' || !isGroup(word)) break;
    // Letters belong to a number only where digits stand before them: `GB82 WEST 1234`.
    if (hasDigit.test(word)) open = start;
  }
  return open;
}

const hasDigit = /[\d\uff10-\uff19(+]/;

/** What a number in groups consists of: digits with what separates them, or up to four letters of an IBAN. */
function isGroup(word: string): boolean {
  return hasDigit.test(word) || /^[A-Za-z]{1,4}$/.test(word);
}

function wordStart(text: string, end: number): number {
  let start = end;
  while (start > 0 && isOfWord(text.charCodeAt(start - 1))) start -= 1;
  return start;
}

/** Scripts without spaces (from Thai on) would make one word of a whole answer; full-width ASCII stands among them. */
function isOfWord(code: number): boolean {
  return !isSpace(code) && (code < 0x0e00 || (code >= 0x2000 && code < 0x2070) || code >= 0xfe00);
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xa0;
}

function openPrivateKey(text: string): number | undefined {
  const at = text.lastIndexOf('-----BEGIN');
  if (at === -1 || text.length - at > longestPrivateKey) return undefined;
  const rest = text.slice(at);
  if (/-----END [A-Z ]{0,30}PRIVATE KEY-----/.test(rest)) return undefined;
  const isBeginning =
    /^-----BEGIN(?: [A-Z ]{0,42}-{0,4})?$/.test(rest) ||
    /^-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----/.test(rest);
  return isBeginning ? at : undefined;
}
