import type { RouteTarget } from './route-target.ts';

/** The target of a request's next attempt. */
export interface Candidate {
  readonly target: RouteTarget;
  /** How often this request has called it, keys that were refused not counted. */
  calls: number;
  /** Keys that it refused this request. */
  readonly refusedKeys: Set<string>;
  /** True once this request must not call it again. */
  ruledOut: boolean;
  /** The time, by the router's clock, before which this request must not call it. */
  notBeforeMs: number;
}

export function createCandidates(targets: readonly RouteTarget[]): Candidate[] {
  return targets.map((target) => ({
    target,
    calls: 0,
    refusedKeys: new Set(),
    ruledOut: false,
    notBeforeMs: 0,
  }));
}

/** Calls of one target in a row before another one is tried. */
const CALLS_IN_A_ROW = 2;

/**
 * Chooses whom to call next. In the order of the strategy, but
 * 1. a target that may be called now comes before one that asked to be spared,
 * 2. a target called less often than it may be in a row comes before one that had its chance.
 * Targets with an open circuit, and those ruled out, are not chosen.
 */
export function nextCandidate(candidates: readonly Candidate[], nowMs: number): Candidate | undefined {
  const possible = candidates.filter(
    ({ ruledOut, target }) => !ruledOut && target.health.breaker.waitMs() === 0,
  );
  const had = (candidate: Candidate) => candidate.calls >= CALLS_IN_A_ROW;
  const limited = ({ notBeforeMs, target }: Candidate) =>
    Math.max(notBeforeMs, target.health.limitedUntilMs) > nowMs;
  return (
    possible.find((candidate) => !had(candidate) && !limited(candidate)) ??
    possible.find((candidate) => !limited(candidate)) ??
    possible.toSorted((a, b) => a.notBeforeMs - b.notBeforeMs)[0]
  );
}
