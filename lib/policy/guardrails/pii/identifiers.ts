import { isCodiceFiscale, isCpf, isNir, isSpanishId, passesLuhn, passesVerhoeff } from './checksums.ts';
import type { Entity, FoundEntity } from './entity.ts';

interface Identifier {
  readonly entity: Entity;
  /** Global. Every quantifier is bounded, so that no text makes it slow. */
  readonly form: RegExp;
  /** Of the match without its separators, in upper case. */
  readonly isValid?: (value: string) => boolean;
  /** What has to stand within the 40 characters before, for a form that much else has. */
  readonly after?: RegExp;
}

const ssnIsPossible = (digits: string) =>
  !/^(000|666|9)/.test(digits) && digits.slice(3, 5) !== '00' && digits.slice(5) !== '0000';

const identifiers: readonly Identifier[] = [
  { entity: 'us-ssn', form: /(?<![\w-])\d{3}([- ])\d{2}\1\d{4}(?![\w-])/g, isValid: ssnIsPossible },
  {
    entity: 'us-ssn',
    form: /(?<![\w-])\d{9}(?![\w-])/g,
    isValid: ssnIsPossible,
    after: /\b(ssn|social security)\b/i,
  },
  {
    entity: 'us-itin',
    form: /(?<![\w-])9\d\d([- ])(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\1\d{4}(?![\w-])/g,
  },
  {
    entity: 'uk-national-insurance',
    form: /\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]\b/gi,
  },
  {
    entity: 'ca-social-insurance',
    form: /(?<![\w-])[1-79]\d\d([- ])\d{3}\1\d{3}(?![\w-])/g,
    isValid: passesLuhn,
    after: /\b(sin|social insurance|nas)\b/i,
  },
  { entity: 'br-cpf', form: /(?<![\w.-])\d{3}\.\d{3}\.\d{3}-\d\d(?![\w-])/g, isValid: isCpf },
  { entity: 'es-dni', form: /\b(?:[XYZ]-?\d{7}|\d{8})-?[A-HJ-NP-TV-Z]\b/gi, isValid: isSpanishId },
  {
    entity: 'it-codice-fiscale',
    // Letters stand for digits where two persons' codes would be the same, for the last first: never for all seven in
    // practice, and one in 26 words of the form would pass the check.
    form: /\b(?=[A-Z]{6,14}\d)[A-Z]{6}[\dL-NP-V]{2}[A-EHLMPRST][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z]\b/gi,
    isValid: isCodiceFiscale,
  },
  {
    entity: 'fr-nir',
    form: /(?<![\w-])[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d(?![\w-])/gi,
    isValid: isNir,
  },
  {
    entity: 'in-aadhaar',
    form: /(?<![\w-])[2-9]\d{3}([- ])\d{4}\1\d{4}(?![\w-]| \d)/g,
    isValid: passesVerhoeff,
  },
];

/** Identity numbers of several countries, as far as their form or a check digit tells them from other numbers. */
export function* findIdentifiers(text: string): Iterable<FoundEntity> {
  for (const { entity, form, isValid, after } of identifiers) {
    for (const { 0: match, index } of text.matchAll(form)) {
      if (after && !after.test(text.slice(Math.max(0, index - 40), index))) continue;
      if (isValid && !isValid(match.replaceAll(/[^\dA-Za-z]/g, '').toUpperCase())) continue;
      yield { entity, start: index, end: index + match.length };
    }
  }
}
