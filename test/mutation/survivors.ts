import type { Mutant } from './mutants.ts';

/**
 * Why a permission cannot be of use on one machine: a service of AWS uses it, of which nothing runs here.
 *
 * @returns undefined for every other, which must not survive
 */
export function survivorReason({ title }: Mutant): string | undefined {
  return reasons.find(([pattern]) => pattern.test(title))?.[1];
}

const reasons: readonly (readonly [RegExp, string])[] = [];
