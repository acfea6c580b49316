import type { Configuration } from '../../config/schema.ts';
import { UpstreamError } from '../../plugin/index.ts';
import { backoffMs } from './backoff.ts';
import { type CallOutcome, callTarget } from './call-target.ts';
import { type Candidate, createCandidates, nextCandidate } from './candidates.ts';
import type { Clock } from './clock.ts';
import { orderTargets } from './order-targets.ts';
import type { Access, ProviderAccess } from './provider-access.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { createAliases, RouteAlias } from './route-target.ts';
import type { Attempt, RoutedAnswer, RouteRequest } from './router-types.ts';
import { RoutingError } from './routing-error.ts';

/** What all requests of a process share. */
export interface RoutingParts {
  readonly retries: Configuration['retries'];
  readonly aliases: ReturnType<typeof createAliases>;
  readonly access: ProviderAccess;
  readonly budget: RetryBudget;
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
}

/**
 * One request's search for a target that answers. Calls of a target after its first count as retries: they are backed
 * off and taken from the retry budget. Going on to another target is neither, as no upstream sees the request twice for
 * it; nor is the next key after a dead one.
 */
export class RouteSearch {
  private readonly attempts: Attempt[] = [];
  private readonly startedMs: number;
  /** Attempts that count towards the most there may be. */
  private counted = 0;
  private retried = 0;
  private candidates: Candidate[] = [];
  private alias: RouteAlias | undefined;
  private previous: Candidate | undefined;
  private last: UpstreamError | undefined;
  private readonly aliasesTried = new Set<string>();
  private readonly parts: RoutingParts;
  private readonly request: RouteRequest;

  constructor(parts: RoutingParts, request: RouteRequest) {
    this.parts = parts;
    this.request = request;
    this.startedMs = parts.clock.now();
  }

  /** @throws RoutingError */
  async run(): Promise<RoutedAnswer> {
    this.parts.budget.countRequest();
    await this.useAlias(this.request.alias);
    for (;;) {
      const candidate = this.choose();
      const waitedMs = await this.wait(candidate);
      const access = await this.open(candidate);
      if (!access || !candidate.target.health.breaker.tryAcquire()) continue;
      const outcome = await this.call(candidate, access, waitedMs);
      if ('answer' in outcome) return outcome;
      await this.learn(candidate, access, outcome.error);
    }
  }

  private async useAlias(name: string): Promise<void> {
    const alias = this.parts.aliases(name);
    if (!alias) throw this.failure(new UpstreamError('not_found', `there is no model ${name}`));
    this.aliasesTried.add(name);
    this.alias = alias;
    const { allowTarget } = this.request;
    const allowed = allowTarget ? alias.targets.filter(({ routed }) => allowTarget(routed)) : alias.targets;
    if (allowed.length === 0) {
      throw this.failure(
        this.last ?? new UpstreamError('not_found', `no target of ${name} may see the request`),
      );
    }
    const ordered = orderTargets(allowed, alias.strategy, this.parts.random);
    this.candidates = createCandidates(await this.parts.access.liveFirst(ordered));
    this.previous = undefined;
  }

  private choose(): Candidate {
    if (this.request.signal.aborted) throw this.failure(cancelled());
    const candidate = nextCandidate(this.candidates, this.parts.clock.now());
    if (!candidate) throw this.failure(this.last ?? this.allSpared());
    if (this.counted >= this.parts.retries.maxAttempts) throw this.failure(this.last ?? this.allSpared());
    if (candidate.calls > 0 && !this.parts.budget.takeRetry()) {
      candidate.ruledOut = true;
      return this.choose();
    }
    return candidate;
  }

  /** Waits as long as back-off and the upstream's wish ask for. @returns milliseconds waited. */
  private async wait(candidate: Candidate): Promise<number> {
    const { clock, retries } = this.parts;
    const nowMs = clock.now();
    const askedMs = Math.max(0, candidate.notBeforeMs - nowMs);
    const again = candidate.calls > 0 && candidate === this.previous;
    const waitMs = again && askedMs === 0 ? this.backoff() : askedMs;
    if (waitMs === 0) return 0;
    const tooLate = nowMs + waitMs > this.startedMs + retries.deadlineMs;
    if (tooLate && this.last) throw this.failure(this.last);
    await clock.sleep(waitMs, this.request.signal);
    if (this.request.signal.aborted) throw this.failure(cancelled());
    return clock.now() - nowMs;
  }

  /** @returns undefined where the target cannot be called any more; then it is ruled out. */
  private async open(candidate: Candidate): Promise<Access | undefined> {
    const { provider, model } = candidate.target.routed;
    try {
      const access = await this.parts.access.open(provider, candidate.refusedKeys);
      if (!access) candidate.ruledOut = true;
      return access;
    } catch (thrown) {
      const error =
        thrown instanceof UpstreamError
          ? thrown
          : new UpstreamError('server', `${provider}: the provider could not be set up`, { cause: thrown });
      this.attempts.push({ provider, model, outcome: error.errorClass, latencyMs: 0, waitedMs: 0 });
      this.last = error;
      candidate.ruledOut = true;
      return undefined;
    }
  }

  private call(candidate: Candidate, access: Access, waitedMs: number): Promise<CallOutcome> {
    this.previous = candidate;
    candidate.calls++;
    this.counted++;
    return callTarget({
      target: candidate.target,
      access,
      request: this.request,
      clock: this.parts.clock,
      startedMs: this.startedMs,
      waitedMs,
      onKeyAccepted: (key) => this.parts.access.accepted(key),
      attempts: this.attempts,
    });
  }

  /** Decides what a failure means for the rest of the search. */
  private async learn(candidate: Candidate, access: Access, error: UpstreamError): Promise<void> {
    this.last = error;
    switch (error.errorClass) {
      case 'cancelled':
      case 'invalid_request':
      case 'unsupported_parameter':
      case 'content_filter':
        throw this.failure(error);
      case 'context_length': {
        const larger = this.alias?.largerModel;
        if (larger === undefined || this.aliasesTried.has(larger)) throw this.failure(error);
        return this.useAlias(larger);
      }
      case 'authentication':
      case 'quota':
        if (!access.key) {
          candidate.ruledOut = true;
          return;
        }
        this.parts.access.refused(candidate.target.routed.provider, access.key.key);
        candidate.refusedKeys.add(access.key.key);
        // The next key is tried at once, as if this one had not been there.
        candidate.calls--;
        this.counted--;
        return;
      case 'not_found':
        candidate.ruledOut = true;
        return;
      case 'rate_limit':
        this.spare(candidate, error.retryAfterMs ?? this.backoff());
        return;
      default:
        if (error.retryAfterMs !== undefined) this.spare(candidate, error.retryAfterMs);
    }
  }

  /** Leaves a target alone for a while, or for good where that is longer than a request may be made to wait. */
  private spare(candidate: Candidate, ms: number): void {
    const untilMs = this.parts.clock.now() + ms;
    candidate.notBeforeMs = untilMs;
    candidate.target.health.limitedUntilMs = untilMs;
    if (ms > this.parts.retries.retryAfterCapMs) candidate.ruledOut = true;
  }

  private backoff(): number {
    return backoffMs(this.retried++, this.parts.retries, this.parts.random);
  }

  private failure(error: UpstreamError): RoutingError {
    return new RoutingError(error, this.attempts);
  }

  /** Nothing could be tried as every circuit is open. */
  private allSpared(): UpstreamError {
    const waits = this.candidates.map(({ target }) => target.health.breaker.waitMs());
    return new UpstreamError(
      'server',
      `${this.request.alias}: every target has failed repeatedly and is left alone for a while`,
      { retryAfterMs: Math.ceil(Math.min(...waits)) },
    );
  }
}

function cancelled(): UpstreamError {
  return new UpstreamError('cancelled', 'the caller went away');
}
