import { describe, expect, it } from 'vitest';
import { createPiiGuardrail, entities } from '../../../../lib/policy/guardrails/pii/index.ts';

const { signal } = new AbortController();

async function find(text: string, options: Parameters<typeof createPiiGuardrail>[0] = {}) {
  const guardrail = await createPiiGuardrail(options);
  const found = await guardrail.check({ stage: 'input', texts: [text], signal });
  return found.map(({ category, span }) => [category, text.slice(span?.start, span?.end)]);
}

describe('what is personal is found', () => {
  it.each([
    ['email', 'Mail <anna.b+x@mail.example.co.uk>, please', 'anna.b+x@mail.example.co.uk'],
    ['email', 'jürgen@müller.de schrieb', 'jürgen@müller.de'],
    ['email', "it's 'o.k@example.com'.", 'o.k@example.com'],
    ['phone', 'Call +49 30 901820 at nine', '+49 30 901820'],
    ['phone', 'Call (415) 555-2671.', '(415) 555-2671'],
    ['phone', 'my phone: 4155552671', '4155552671'],
    ['credit-card', 'card 4111 1111 1111 1111 exp 12/26', '4111 1111 1111 1111'],
    ['credit-card', 'room 12 4111111111111111', '4111111111111111'],
    ['credit-card', 'Amex 3782-822463-10005', '3782-822463-10005'],
    ['iban', 'to DE89 3704 0044 0532 0130 00, thanks', 'DE89 3704 0044 0532 0130 00'],
    ['iban', 'GB82WEST12345698765432', 'GB82WEST12345698765432'],
    ['ip-address', 'from 203.0.113.7:443', '203.0.113.7'],
    ['ip-address', 'from 2001:db8::ff00:42:8329 to us', '2001:db8::ff00:42:8329'],
    ['us-ssn', "Here's my SSN: 460-89-9847", '460-89-9847'],
    ['us-ssn', 'SSN 460899847', '460899847'],
    ['us-itin', 'ITIN 912-70-1234', '912-70-1234'],
    ['uk-national-insurance', 'NI AB 12 34 56 C', 'AB 12 34 56 C'],
    ['ca-social-insurance', 'My SIN is 130 692 544', '130 692 544'],
    ['br-cpf', 'CPF 529.982.247-25', '529.982.247-25'],
    ['es-dni', 'DNI 12345678Z', '12345678Z'],
    ['it-codice-fiscale', 'CF RSSMRA85T10A562S', 'RSSMRA85T10A562S'],
    ['it-codice-fiscale', 'CF RSSMRA85T10A56NH', 'RSSMRA85T10A56NH'],
    ['fr-nir', 'NIR 1 85 05 78 006 084 91', '1 85 05 78 006 084 91'],
    ['in-aadhaar', 'Aadhaar 2341 2341 2346', '2341 2341 2346'],
    ['secret', 'key AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
    ['secret', `token ghp_${'a1B2'.repeat(9)}`, `ghp_${'a1B2'.repeat(9)}`],
    ['secret', '-----BEGIN PRIVATE KEY-----\nMII', '-----BEGIN PRIVATE KEY-----\nMII'],
  ])('%s: %s', async (category, text, found) => {
    expect(await find(text)).toEqual([[category, found]]);
  });

  it('also where it is written in full-width characters or with invisible ones inside', async () => {
    expect(await find('ｂｏｂ＠example.com')).toEqual([['email', 'ｂｏｂ＠example.com']]);
    expect(await find('4111\u200b1111\u00ad11111111')).toEqual([
      ['credit-card', '4111\u200b1111\u00ad11111111'],
    ]);
  });

  it('also by the numbering plan of another country, where that is asked for', async () => {
    expect(await find('Ruf an: 030 901820')).toEqual([]);
    expect(await find('Ruf an: 030 901820', { phoneCountries: ['DE'] })).toEqual([['phone', '030 901820']]);
  });

  it('only as far as it is wanted', async () => {
    expect(await find('a@b.io 10.1.2.3', { entities: ['email'] })).toEqual([['email', 'a@b.io']]);
    expect(entities).toContain('iban');
  });
});

describe('what only looks personal is left', () => {
  it.each([
    'card 4111 1111 1111 1112 has a wrong check digit',
    'DE89 3704 0044 0532 0130 01 has a wrong check digit',
    'CPF 529.982.247-26, DNI 12345678A',
    'area 000-12-3456, 666-12-3456, 900-00-0000',
    'on 2024-01-15 10:30, 15.01.2024, 2024/01/15',
    'version 10.2.3.4, v1.2.3.4, 1.2.3, 127.0.0.1, 0.0.0.0, 256.1.1.1, 1.2.3.4.5',
    'std::vector, abc::def, 12:34:56, a::b, ::, ::1',
    'order 2025551234, 1234567890123, #15',
    'user@localhost, @mention, a@b',
    'const x = 0x1F4A9; // 0.1 + 0.2',
    'names and places: Anna Schmidt, 12 Main Street, Springfield',
    'a word of sixteen letters: diampellentesque',
    'the ratio is 123-45-678 or 12-345-6789',
  ])('%s', async (text) => {
    expect(await find(text)).toEqual([]);
  });
});

describe('a long text', () => {
  it.each([
    ['digits', '1'],
    ['digits in groups', '1 '],
    ['at signs', 'a@'],
    ['colons', 'a1:'],
    ['beginnings of IBANs', 'GB82 '],
    ['beginnings of keys', '-----BEGIN '],
    ['tokens', 'eyJ'],
    ['brackets', '(1) '],
  ])('of %s does not hold the function up', async (_name, piece) => {
    const guardrail = await createPiiGuardrail();
    const startedAt = performance.now();
    await guardrail.check({ stage: 'input', texts: [piece.repeat(200_000 / piece.length)], signal });
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });
});
