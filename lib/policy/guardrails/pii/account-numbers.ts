import { ibanLengths, isIban, passesLuhn } from './checksums.ts';
import type { FoundEntity } from './entity.ts';

/** Digits in groups, with one space, hyphen or dot between them. */
const digitGroups = /(?<![\d])\d+(?:[ .-]\d+)*/g;

/** First digits and lengths of the payment networks: ISO/IEC 7812 and the networks' own lists. */
const networks: readonly { readonly prefix: RegExp; readonly lengths: readonly number[] }[] = [
  { prefix: /^4/, lengths: [13, 16, 19] },
  { prefix: /^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  { prefix: /^3[47]/, lengths: [15] },
  { prefix: /^3(0[0-5]|095|[689])/, lengths: [14, 16, 19] },
  { prefix: /^35/, lengths: [16, 17, 18, 19] },
  { prefix: /^(2131|1800)/, lengths: [15] },
  { prefix: /^(6011|64[4-9]|65|62|60|81|82)/, lengths: [16, 17, 18, 19] },
  { prefix: /^(5018|5020|5038|5893|6304|6759|676[1-3])/, lengths: [12, 13, 14, 15, 16, 17, 18, 19] },
];

/** Where one is said to be a card's, any number that a card can have is taken for it. */
const saidToBeCard =
  /\b(?:cards?|karte|kreditkarte|carte|tarjeta|carta|visa|mastercard|maestro|amex)\b[^\d\n]{0,24}$/i;

function isCard(digits: string, isSaid: boolean): boolean {
  return (
    (isSaid ||
      networks.some(({ prefix, lengths }) => prefix.test(digits) && lengths.includes(digits.length))) &&
    passesLuhn(digits)
  );
}

/** Numbers of payment cards, also where other numbers stand directly beside them. */
export function* findCards(text: string): Iterable<FoundEntity> {
  for (const { 0: run, index } of text.matchAll(digitGroups)) {
    if (run.length < 12) continue;
    const groups = [...run.matchAll(/\d+/g)];
    const isSaid = saidToBeCard.test(text.slice(Math.max(0, index - 40), index));
    let from = 0;
    while (from < groups.length) {
      const found = cardAt(groups, from, isSaid);
      if (found) {
        yield { entity: 'credit-card', start: index + found.start, end: index + found.end };
        from += found.groups;
      } else from += 1;
    }
  }
}

/** The longest card number that begins with a group. */
function cardAt(groups: readonly RegExpExecArray[], from: number, isSaid: boolean) {
  let digits = '';
  let best: { readonly start: number; readonly end: number; readonly groups: number } | undefined;
  for (let to = from; to < groups.length; to += 1) {
    const group = groups[to];
    digits += group?.[0];
    if (digits.length > 19) break;
    if (group && digits.length >= 12 && isCard(digits, isSaid)) {
      best = {
        start: groups[from]?.index ?? 0,
        end: group.index + group[0].length,
        groups: to - from + 1,
      };
    }
  }
  return best;
}

const ibanBeginning = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ -]?[A-Za-z0-9])/g;

/** International bank account numbers, in one piece or in groups. */
export function* findIbans(text: string): Iterable<FoundEntity> {
  for (const { 0: beginning, index } of text.matchAll(ibanBeginning)) {
    const length = ibanLengths[beginning.slice(0, 2).toUpperCase()];
    if (length === undefined) continue;
    let iban = beginning;
    let end = index + beginning.length;
    while (iban.length < length && end < text.length) {
      const next = /^[ -]?([A-Za-z0-9])/.exec(text.slice(end, end + 2));
      if (!next) break;
      iban += next[1];
      end += next[0].length;
    }
    if (/[A-Za-z0-9]/.test(text[end] ?? '') || !isIban(iban.toUpperCase())) continue;
    yield { entity: 'iban', start: index, end };
  }
}
