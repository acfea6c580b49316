import type { Guardrail, GuardrailDetection } from '../../../plugin/index.ts';
import { normalise } from '../normalise.ts';
import { compilePattern, InvalidPattern } from './compile-pattern.ts';
import { type PatternRule, type RulesOptions, ruleLimits, type WordRule } from './rule.ts';
import { compileWords } from './words.ts';

export { InvalidPattern } from './compile-pattern.ts';
export { type RulesOptions, ruleLimits } from './rule.ts';

/**
 * Finds words and patterns of a tenant.
 *
 * @throws InvalidPattern for a pattern that does not compile, or for patterns that together cost too much
 */
export function createRulesGuardrail({ words = [], patterns = [] }: RulesOptions): Guardrail {
  const compiled = patterns.map((rule) => ({ rule, pattern: compilePattern(rule) }));
  const instructions = compiled.reduce((sum, { pattern }) => sum + pattern.programSize(), 0);
  if (instructions > ruleLimits.instructions) {
    throw new InvalidPattern(
      `the patterns compile to ${instructions} instructions together; ${ruleLimits.instructions} are allowed: use fewer, or smaller repetitions`,
    );
  }
  const search = compileWords(words);
  return {
    // How long a match of a pattern may get is not known; words tell more.
    streamed:
      patterns.length > 0
        ? { holdBack: Math.max(ruleLimits.matchLength, search.longest), every: 1 }
        : { holdBack: search.longest, every: 1, openFrom: search.openFrom },
    check({ texts }) {
      const detections: GuardrailDetection[] = [];
      for (const [index, original] of texts.entries()) {
        const { text, original: toOriginal } = normalise(original);
        const add = (rule: WordRule | PatternRule, kind: string, start: number, end: number) => {
          const { category = kind, action: verdict = 'block', replacement } = rule;
          const span = {
            text: index,
            ...toOriginal(start, end),
            ...(replacement === undefined ? {} : { replacement }),
          };
          detections.push({ category, verdict, span });
        };
        for (const { rule, start, end } of search.find(text)) add(rule, 'word', start, end);
        for (const { rule, pattern } of compiled) {
          // Whether there is a match costs a fraction of where it is.
          if (!pattern.test(text)) continue;
          const matcher = pattern.matcher(text);
          while (matcher.find()) {
            if (matcher.end() > matcher.start()) add(rule, 'pattern', matcher.start(), matcher.end());
          }
        }
      }
      return detections;
    },
  };
}
