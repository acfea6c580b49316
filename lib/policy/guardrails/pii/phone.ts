import type { CountryCode } from 'libphonenumber-js';
import type { FoundEntity } from './entity.ts';

type Parse = typeof import('libphonenumber-js').default;

/** What may be a phone number: digits in groups, perhaps after `+` or in brackets. */
const candidate =
  /(?<![\w.+/-])(?:\+|\(\+?)?\d(?:[ ()./-]{0,3}\d){6,17}(?: ?(?:x|ext\.?) ?\d{1,6})?(?!\w|[.,-]\d)/gi;
const saidToBeOne =
  /\b(phone|telephone|tel|call|mobile|cell|fax|whatsapp|sms|text|dial|hotline|contact|reach|telefon|handy|tél|téléphone|portable|móvil|teléfono|telefono|cellulare)\b[^\d\n]{0,24}$/i;
/** So clearly that it is one whether or not a numbering plan knows it. */
const namedOne =
  /\b(?:(?:call|text|ring|reach|contact) (?:me|us|him|her|them)|phone|telephone|tel|mobile|cell|fax|whatsapp|telefon|telefonnummer|handy|téléphone|móvil|teléfono|telefono|cellulare)\b[^\d\n]{0,16}$/i;
/** Dates and times, which have as many digits. */
const isDate = /^(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2\d{4})(?!\d)/;

/** How numbers of North America are written, whether or not the area exists. */
const northAmerican = /^(?:(?:\+|00)?1[ .-]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])\d{3}[ .-]\d{4}(?!\d)/;

/**
 * Phone numbers: those with a country code, those of the given countries that are written in groups, and what is said
 * to be one. Those without a country code must be valid by their country's numbering plan, or be written as only phone
 * numbers are.
 */
export function* findPhones(
  text: string,
  countries: readonly CountryCode[],
  parse: Parse,
): Iterable<FoundEntity> {
  const inNorthAmerica = countries.includes('US') || countries.includes('CA');
  const isPhone = (match: string, before: string): boolean => {
    if (namedOne.test(before) || (inNorthAmerica && northAmerican.test(match))) return true;
    const options = { extract: false } as const;
    if (/^(?:\(?\+|00)/.test(match)) {
      return parse(match.replace(/^00/, '+'), options)?.isPossible() ?? false;
    }
    const grouped = /^\(?\d{2,5}\)?[ ./-]/.test(match) && !/^\d+([.]\d+)?$/.test(match);
    if (!grouped && !saidToBeOne.test(before)) return false;
    return countries.some((country) => parse(match, { ...options, defaultCountry: country })?.isValid());
  };
  for (const { 0: match, index } of text.matchAll(candidate)) {
    if (isDate.test(match) || !isPhone(match, text.slice(Math.max(0, index - 40), index))) continue;
    yield { entity: 'phone', start: index, end: index + match.length };
  }
}
