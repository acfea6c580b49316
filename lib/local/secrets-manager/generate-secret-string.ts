import { randomInt } from 'node:crypto';
import type { Properties } from '../deployment/properties.ts';

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-secretsmanager-secret-generatesecretstring.html
const DEFAULT_LENGTH = 32;
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/**
 * Makes the first value of a secret as Secrets Manager does: random text, or a JSON object of the template with random
 * text under one key.
 *
 * @param settings - the property GenerateSecretString
 * @throws Error where the settings leave no characters, or too few places for one of each kind
 */
export function generateSecretString(settings: Properties): string {
  const text = randomText(settings);
  const template = settings.optionalText('SecretStringTemplate');
  const key = settings.optionalText('GenerateStringKey');
  if (template === undefined || key === undefined) return text;
  const object: unknown = JSON.parse(template);
  return JSON.stringify({ ...(object as object), [key]: text });
}

function randomText(settings: Properties): string {
  const length = settings.optionalNumber('PasswordLength') ?? DEFAULT_LENGTH;
  const kinds = characterKinds(settings);
  const all = kinds.join('');
  if (all === '') throw new Error('GenerateSecretString excludes every character');
  const eachKind = !settings.has('RequireEachIncludedType') || settings.flag('RequireEachIncludedType');
  if (eachKind && length < kinds.length) {
    throw new Error(`GenerateSecretString asks for ${length} characters of ${kinds.length} kinds`);
  }
  for (;;) {
    const text = Array.from({ length }, () => all.charAt(randomInt(all.length))).join('');
    // Drawing anew, rather than putting a missing kind in, keeps all texts equally likely.
    if (!eachKind || kinds.every((kind) => [...kind].some((character) => text.includes(character))))
      return text;
  }
}

function characterKinds(settings: Properties): string[] {
  const excluded = settings.optionalText('ExcludeCharacters') ?? '';
  const kinds = [
    settings.flag('ExcludeLowercase') ? '' : 'abcdefghijklmnopqrstuvwxyz',
    settings.flag('ExcludeUppercase') ? '' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    settings.flag('ExcludeNumbers') ? '' : '0123456789',
    settings.flag('ExcludePunctuation') ? '' : PUNCTUATION,
    settings.flag('IncludeSpace') ? ' ' : '',
  ];
  return kinds
    .map((kind) => [...kind].filter((character) => !excluded.includes(character)).join(''))
    .filter((kind) => kind !== '');
}
