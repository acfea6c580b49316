import type { CountryCode } from 'libphonenumber-js';
import type { FoundEntity } from './entity.ts';

type Parse = typeof import('libphonenumber-js').default;

/** What may be a phone number: digits in groups, perhaps after `+` or in brackets. */
const candidate = /(?<![\w.+/-])(?:\+|\(\+?)?\d(?:[ ()./-]{0,3}\d){6,17}(?![\w-]|[.,]\d)/g;
const saidToBeOne =
  /\b(phone|telephone|tel|call|mobile|cell|fax|whatsapp|sms|text|dial|hotline|contact|reach|telefon|handy|tél|téléphone|portable|móvil|teléfono|telefono|cellulare)\b[^\d\n]{0,24}$/i;
/** So clearly that it is one whether or not a numbering plan knows it. */
const namedOne =
  /\b(?:phone|telephone|tel|mobile|cell|fax|whatsapp|telefon|telefonnummer|handy|téléphone|móvil|teléfono|telefono|cellulare)\b[^\d\n]{0,16}$/i;
/** Dates and times, which have as many digits. */
const isDate = /^(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2\d{4})(?!\d)/;

/**
 * Phone numbers: those with a country code, and those of the given countries that are written in groups or said to be
 * one. Each must be valid by its country's numbering plan.
 */
export function* findPhones(
  text: string,
  countries: readonly CountryCode[],
  parse: Parse,
): Iterable<FoundEntity> {
  for (const { 0: match, index } of text.matchAll(candidate)) {
    if (isDate.test(match)) continue;
    const before = text.slice(Math.max(0, index - 40), index);
    if (namedOne.test(before)) {
      yield { entity: 'phone', start: index, end: index + match.length };
      continue;
    }
    const international = match.includes('+');
    const grouped = /^\(?\d{2,5}\)?[ ./-]/.test(match) && !/^\d+([.]\d+)?$/.test(match);
    if (!international && !grouped && !saidToBeOne.test(before)) continue;
    const isValid = (country?: CountryCode) =>
      parse(match, { extract: false, ...(country && { defaultCountry: country }) })?.isValid() ?? false;
    if (international ? isValid() : countries.some((country) => isValid(country))) {
      yield { entity: 'phone', start: index, end: index + match.length };
    }
  }
}
