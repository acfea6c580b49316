import type { FoundEntity } from './entity.ts';

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const version4 = new RegExp(`(?<![\\w.])${octet}(?:\\.${octet}){3}(?![\\w]|\\.\\d)`, 'g');
const version6 = /(?<![\w:.])[\da-f:]{2,39}(?:\d{1,3}(?:\.\d{1,3}){3})?(?![\w:])/gi;

/** Addresses that are nobody's: this machine, any, all. */
const nobodys = /^(127\.|0\.0\.0\.0$|255\.255\.255\.255$)/;

/** IP addresses. Numbers of versions look like them: those after `version` or `v` are left. */
export function* findIpAddresses(text: string): Iterable<FoundEntity> {
  for (const { 0: match, index } of text.matchAll(version4)) {
    if (nobodys.test(match)) continue;
    if (/\b(version|release|build|v)[ :=]{0,2}$/i.test(text.slice(Math.max(0, index - 12), index))) continue;
    yield { entity: 'ip-address', start: index, end: index + match.length };
  }
  for (const { 0: match, index } of text.matchAll(version6)) {
    // Names in code have double colons, too, and time has colons: an address has a digit and enough groups.
    if (!isVersion6(match) || !/\d/.test(match) || /^(::1?|::0)$/.test(match)) continue;
    yield { entity: 'ip-address', start: index, end: index + match.length };
  }
}

function isVersion6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  const width = groups.length + (last.includes('.') ? 1 : 0);
  if (halves.length === 2 ? width > 7 : width !== 8) return false;
  return groups.every(
    (group, at) => /^[\da-f]{1,4}$/i.test(group) || (at === groups.length - 1 && isVersion4(group)),
  );
}

function isVersion4(text: string): boolean {
  const octets = text.split('.');
  return octets.length === 4 && octets.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
}
