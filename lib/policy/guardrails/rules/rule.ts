import type { GuardrailVerdict } from '../../../plugin/index.ts';

interface RuleOutcome {
  /** Under which matches are recorded. @default - `word` or `pattern` */
  readonly category?: string;
  /** @default - `block` */
  readonly action?: GuardrailVerdict;
  /** What `redact` puts in place of a match. @default - a placeholder of the category */
  readonly replacement?: string;
}

/** A word or phrase: as such, in any case, however much space is in it. */
export interface WordRule extends RuleOutcome {
  readonly word: string;
}

/** A regular expression in RE2's syntax: https://github.com/google/re2/wiki/Syntax */
export interface PatternRule extends RuleOutcome {
  readonly pattern: string;
  /** @default - false: upper and lower case are the same */
  readonly caseSensitive?: boolean;
}

/** What a tenant forbids or redacts by words and patterns of its own. */
export interface RulesOptions {
  readonly words?: readonly WordRule[];
  readonly patterns?: readonly PatternRule[];
}

export const ruleLimits = {
  words: 1_000,
  wordLength: 100,
  patterns: 50,
  patternLength: 500,
  /** Instructions of all compiled patterns together: what a check costs grows with them. */
  instructions: 5_000,
  /** The longest match that is found in a stream before it leaves, in characters. */
  matchLength: 256,
} as const;
