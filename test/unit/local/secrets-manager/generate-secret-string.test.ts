import { describe, expect, it } from 'vitest';
import { Properties } from '../../../../lib/local/deployment/properties.ts';
import type { JsonObject } from '../../../../lib/local/json.ts';
import { generateSecretString } from '../../../../lib/local/secrets-manager/generate-secret-string.ts';

const generate = (settings: JsonObject) =>
  generateSecretString(new Properties(settings, { stack: 'Shop', path: ['GenerateSecretString'] }));

describe('a generated secret', () => {
  it.each<[string, JsonObject, RegExp]>([
    ['has 32 characters of all kinds', {}, /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^a-zA-Z\d])\S{32}$/],
    ['has the length asked for', { PasswordLength: 64, ExcludePunctuation: true }, /^[a-zA-Z\d]{64}$/],
    ['takes settings that are texts', { PasswordLength: '8', ExcludePunctuation: 'true' }, /^[a-zA-Z\d]{8}$/],
    [
      'leaves kinds out',
      { ExcludeUppercase: true, ExcludePunctuation: true, ExcludeNumbers: true },
      /^[a-z]{32}$/,
    ],
    [
      'leaves characters out',
      { ExcludeCharacters: 'abcdefghijklm', ExcludePunctuation: true },
      /^[n-zA-Z\d]{32}$/,
    ],
    [
      'has one of each kind however short it is',
      { PasswordLength: 3, ExcludePunctuation: true },
      /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d).{3}$/,
    ],
  ])('%s', (_what, settings, expected) => {
    for (let times = 0; times < 20; times += 1) expect(generate(settings)).toMatch(expected);
  });

  it('goes under its key in a template', () => {
    const secret = JSON.parse(
      generate({ SecretStringTemplate: '{"user":"me"}', GenerateStringKey: 'password' }),
    );
    expect(secret).toEqual({ user: 'me', password: expect.stringMatching(/^.{32}$/) });
  });

  it('is different each time', () => {
    expect(generate({})).not.toBe(generate({}));
  });

  it.each<[string, JsonObject, string]>([
    [
      'every character is excluded',
      { ExcludeLowercase: true, ExcludeUppercase: true, ExcludeNumbers: true, ExcludePunctuation: true },
      'excludes every character',
    ],
    ['it is too short for its kinds', { PasswordLength: 2 }, '2 characters of 4 kinds'],
    ['its length is no number', { PasswordLength: 'long' }, 'PasswordLength: the property is no number'],
  ])('is refused where %s', (_what, settings, message) => {
    expect(() => generate(settings)).toThrow(message);
  });
});
