import { type CallTimeouts, UpstreamError } from '../../../plugin/index.ts';

/**
 * The time-outs of one call, and its cancellation, for work that we can only wait for: a model that does not heed its
 * abort signal is left behind all the same. The time-out for the connection is the transport's (see `createFetch`).
 */
export class CallDeadline {
  private readonly controller = new AbortController();
  private readonly total: NodeJS.Timeout;
  private readonly firstToken: NodeJS.Timeout | undefined;
  private rejectWaiting: ((error: UpstreamError) => void) | undefined;
  private hasContent = false;
  private failure: UpstreamError | undefined;
  private readonly timeouts: CallTimeouts;
  private readonly callerSignal: AbortSignal;
  private readonly providerName: string;

  /** @param stream counts the time to the first token too, which an answer that comes as a whole does not show. */
  constructor(timeouts: CallTimeouts, callerSignal: AbortSignal, providerName: string, stream: boolean) {
    this.timeouts = timeouts;
    this.callerSignal = callerSignal;
    this.providerName = providerName;
    this.total = this.failAfter(timeouts.totalMs, 'the whole answer');
    this.firstToken = stream ? this.failAfter(timeouts.firstTokenMs, 'the first token') : undefined;
    callerSignal.addEventListener('abort', this.onCancelled, { once: true });
    if (callerSignal.aborted) this.onCancelled();
  }

  /** Ends the model's work. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /**
   * Waits for one piece of work; only one at a time. Once content was seen, at most for the idle time.
   *
   * @throws UpstreamError `timeout` or `cancelled`, or what the work rejects with
   */
  async wait<T>(work: PromiseLike<T>): Promise<T> {
    const idle = this.hasContent ? this.failAfter(this.timeouts.idleMs, 'the next part') : undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        if (this.failure) reject(this.failure);
        this.rejectWaiting = reject;
        work.then(resolve, reject);
      });
    } finally {
      this.rejectWaiting = undefined;
      clearTimeout(idle);
    }
  }

  /** The first token has come. */
  contentSeen(): void {
    this.hasContent = true;
    clearTimeout(this.firstToken);
  }

  /** The call is over: its timers stop. */
  end(): void {
    this.stopTimers();
    this.callerSignal.removeEventListener('abort', this.onCancelled);
  }

  /** Nobody wants the rest of the model's work: it ends too. */
  abandon(): void {
    this.end();
    this.controller.abort();
  }

  private readonly onCancelled = () => {
    const { reason } = this.callerSignal;
    this.fail(
      reason instanceof UpstreamError
        ? reason
        : new UpstreamError('cancelled', `${this.providerName}: the call was cancelled`),
    );
  };

  private failAfter(ms: number, what: string): NodeJS.Timeout {
    const message = `${this.providerName}: no sign of ${what} within ${ms} ms`;
    return setTimeout(() => this.fail(new UpstreamError('timeout', message)), ms);
  }

  private stopTimers(): void {
    clearTimeout(this.total);
    clearTimeout(this.firstToken);
  }

  private fail(error: UpstreamError): void {
    this.stopTimers();
    this.failure ??= error;
    this.rejectWaiting?.(this.failure);
    this.controller.abort(this.failure);
  }
}
