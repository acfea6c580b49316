import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRulesGuardrail, type RulesOptions } from '../../../../lib/policy/guardrails/rules/index.ts';

const { signal } = new AbortController();

function find(text: string, options: RulesOptions) {
  const found = createRulesGuardrail(options).check({ stage: 'input', texts: [text], signal });
  if (found instanceof Promise) throw new Error('rules answer at once');
  return found.map(({ category, verdict, span }) => [category, verdict, text.slice(span?.start, span?.end)]);
}

describe('a word', () => {
  const words = [
    { word: 'Project Falcon' },
    { word: 'C++', action: 'redact' as const, category: 'language' },
  ];

  it.each([
    ['in any case', 'about PROJECT falcon', [['word', 'block', 'PROJECT falcon']]],
    ['with more space', 'project \n falcon', [['word', 'block', 'project \n falcon']]],
    ['in full-width letters', 'ｐｒｏｊｅｃｔ falcon', [['word', 'block', 'ｐｒｏｊｅｃｔ falcon']]],
    [
      'with zero-width characters',
      'pro\u200bject fal\u2060con',
      [['word', 'block', 'pro\u200bject fal\u2060con']],
    ],
    ['with a soft hyphen', 'pro\u00adject falcon', [['word', 'block', 'pro\u00adject falcon']]],
    ['in mathematical letters', '𝐩𝐫𝐨𝐣𝐞𝐜𝐭 falcon', [['word', 'block', '𝐩𝐫𝐨𝐣𝐞𝐜𝐭 falcon']]],
    ['with signs in it', 'in C++ only', [['language', 'redact', 'C++']]],
    ['not inside another word', 'projects falconry', []],
    ['not in parts', 'project of the falcon', []],
  ])('is found %s', (_name, text, found) => {
    expect(find(text, { words })).toEqual(found);
  });

  it('is found in scripts that put nothing between words', () => {
    expect(find('これは機密情報です', { words: [{ word: '機密' }] })).toEqual([['word', 'block', '機密']]);
    expect(find('这是绝密 Falcon 项目', { words: [{ word: '绝密 falcon' }] })).toHaveLength(1);
  });

  it('is found where another begins with it: the longest counts', () => {
    const found = find('the falcon heavy', { words: [{ word: 'falcon' }, { word: 'falcon heavy' }] });
    expect(found).toEqual([['word', 'block', 'falcon heavy']]);
  });

  it('is found in the place where it stands, whatever stands before', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (before) => {
        const found = find(`${before} falcon`, { words: [{ word: 'falcon' }] });
        expect(found.at(-1)).toEqual(['word', 'block', 'falcon']);
      }),
    );
  });

  it('is found whatever signs it has', () => {
    const signs = fc.string({
      unit: fc.constantFrom(...'ab-/\\^$.*+?()[]{}|&~#!,:=<>@%`"\'_ 1é漢😀'),
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(signs, (word) => {
        fc.pre(word.trim() !== '');
        const found = find(`x ${word.trim()} y`, { words: [{ word }] });
        expect(found).toEqual([['word', 'block', word.trim()]]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is one of a thousand, and the text is long: no matter', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => ({ word: `word${index} thing` }));
    const startedAt = performance.now();
    find('word1 '.repeat(50_000), { words: many });
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });
});

describe('a pattern', () => {
  it('is found with its category and action', () => {
    const patterns = [{ pattern: 'acme-\\d{4}', action: 'redact' as const, category: 'order' }];
    expect(find('order ACME-1234', { patterns })).toEqual([['order', 'redact', 'ACME-1234']]);
    expect(
      find('order ACME-1234', { patterns: [{ ...patterns[0], pattern: 'acme', caseSensitive: true }] }),
    ).toEqual([]);
  });

  it.each(['(a+)+$', '(a|a)*b', '(a|aa)+c', '([a-z]+)*\\d', '(.*){20}x'])(
    'that would hang a backtracking engine does not: %s',
    (pattern) => {
      const startedAt = performance.now();
      find('a'.repeat(50_000), { patterns: [{ pattern: `${pattern}!` }] });
      expect(performance.now() - startedAt).toBeLessThan(20_000);
    },
  );

  it.each([
    ['(', 'missing closing'],
    ['a{1000}{1000}', 'at character 1'],
    ['x(?=y)', 'at character 1'],
    ['ab\\1', 'at character 2'],
    ['[z-a]', 'at character 1'],
    ['(a{0,1000}){0,1000}', 'expression too large'],
    ['x*', 'matches an empty text'],
    ['a?', 'matches an empty text'],
  ])('that is none is refused with the place: %s', (pattern, message) => {
    expect(() => createRulesGuardrail({ patterns: [{ pattern }] })).toThrow(message);
  });

  it('is refused where all together are too large', () => {
    const patterns = Array.from({ length: 10 }, () => ({ pattern: '[a-z]{900}x' }));
    expect(() => createRulesGuardrail({ patterns })).toThrow(/instructions together/);
  });
});
