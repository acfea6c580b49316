import type { UpstreamError } from '../../plugin/index.ts';
import type { Attempt } from './router-types.ts';

/** No target answered. */
export class RoutingError extends Error {
  override readonly name = 'RoutingError';
  /** The failure that ended the search; what the caller is told follows from it. */
  readonly last: UpstreamError;
  /** Every attempt, in order; empty where nothing could be tried. */
  readonly attempts: readonly Attempt[];

  constructor(last: UpstreamError, attempts: readonly Attempt[]) {
    super(last.message, { cause: last });
    this.last = last;
    this.attempts = attempts;
  }
}
