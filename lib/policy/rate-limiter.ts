import type { RateAmount } from '../storage/rate-limit-store.ts';

export interface RateLimiterOptions {
  /** Takes a share of a window out of what all functions have together; undefined where too little is left. */
  readonly lease: (
    subject: string,
    windowStartMs: number,
    share: RateAmount,
    limit: RateAmount,
  ) => Promise<RateAmount | undefined>;
  readonly now?: () => number;
}

/** Where a caller stands after a request was admitted or refused. */
export interface RateStanding {
  readonly limit: RateAmount;
  /** What is left of the window, as far as this process knows. */
  readonly remaining: RateAmount;
  /** Until the window ends and everything is free again, in milliseconds. */
  readonly resetMs: number;
}

export type Admission =
  | {
      readonly admitted: true;
      readonly standing: () => RateStanding;
      readonly settle: (tokens: number) => void;
    }
  | { readonly admitted: false; readonly exhausted: 'requests' | 'tokens'; readonly standing: RateStanding };

interface Window {
  readonly startMs: number;
  /** Leased to this process and not used yet; tokens may be negative after an answer longer than estimated. */
  requests: number;
  tokens: number;
  /** Leased to all processes, as of this process's last lease. */
  leased: RateAmount;
  /** The lease under way, so that concurrent requests ask once. */
  leasing: Promise<void> | undefined;
  /** Known to be used up until the window ends: refused here without asking again. */
  refused: { requests: boolean; tokensFrom: number };
}

const windowMs = 60_000;
/** Subjects whose windows are kept in memory; the oldest is forgotten first, and its unused lease with it. */
const maxWindows = 10_000;
/** A lease is this share of the limit: at most twenty writes a minute and process, and no more than that unused. */
const sharesPerWindow = 20;

/**
 * Limits requests and tokens per minute exactly, over all functions at once, mostly without a write: a function leases
 * a share of the minute from the store and spends it from memory. The sum of all leases never exceeds the limit.
 * Tokens are taken by estimate and settled when the answer is known.
 */
export class RateLimiter {
  readonly #options: RateLimiterOptions;
  readonly #now: () => number;
  readonly #windows = new Map<string, Window>();

  constructor(options: RateLimiterOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Admits one request of about `tokens` tokens, or refuses it.
   *
   * @throws what the store throws where a lease is needed and cannot be had.
   */
  async admit(subject: string, tokens: number, limit: RateAmount): Promise<Admission> {
    for (;;) {
      const window = this.#window(subject);
      if (window.requests >= 1 && window.tokens >= tokens) {
        window.requests -= 1;
        window.tokens -= tokens;
        return {
          admitted: true,
          standing: () => this.#standing(window, limit),
          settle: (used) => {
            window.tokens += tokens - used;
          },
        };
      }
      const exhausted = this.#exhausted(window, tokens, limit);
      if (exhausted) return { admitted: false, exhausted, standing: this.#standing(window, limit) };
      window.leasing ??= this.#lease(subject, window, tokens, limit).finally(() => {
        window.leasing = undefined;
      });
      await window.leasing;
    }
  }

  #exhausted(window: Window, tokens: number, limit: RateAmount): 'requests' | 'tokens' | undefined {
    if (window.requests < 1 && window.refused.requests) return 'requests';
    if (tokens > limit.tokens || tokens - window.tokens >= window.refused.tokensFrom) return 'tokens';
    return undefined;
  }

  /** Leases a full share, or else just what is needed now; notes it where even that is refused. */
  async #lease(subject: string, window: Window, tokens: number, limit: RateAmount): Promise<void> {
    const needed: RateAmount = {
      requests: window.requests >= 1 ? 0 : 1,
      tokens: Math.max(0, tokens - window.tokens),
    };
    const share: RateAmount = {
      requests: needed.requests && Math.max(1, Math.ceil(limit.requests / sharesPerWindow)),
      tokens: needed.tokens && Math.max(needed.tokens, Math.ceil(limit.tokens / sharesPerWindow)),
    };
    for (const amount of [share, needed]) {
      const leased = await this.#options.lease(subject, window.startMs, amount, limit);
      if (!leased) continue;
      window.requests += amount.requests;
      window.tokens += amount.tokens;
      window.leased = leased;
      return;
    }
    await this.#noteRefusal(subject, window, needed, limit);
  }

  /** One write asked for both; a second tells which of the two is used up. */
  async #noteRefusal(subject: string, window: Window, needed: RateAmount, limit: RateAmount): Promise<void> {
    const requestsOnly =
      needed.requests > 0
        ? await this.#options.lease(subject, window.startMs, { requests: needed.requests, tokens: 0 }, limit)
        : { ...window.leased };
    if (!requestsOnly) {
      window.refused.requests = true;
      window.leased = { ...window.leased, requests: limit.requests };
      return;
    }
    window.requests += needed.requests;
    window.leased = requestsOnly;
    window.refused.tokensFrom = Math.min(window.refused.tokensFrom, needed.tokens);
  }

  #standing(window: Window, limit: RateAmount): RateStanding {
    return {
      limit,
      remaining: {
        requests: clamp(limit.requests - window.leased.requests + window.requests, limit.requests),
        tokens: clamp(limit.tokens - window.leased.tokens + window.tokens, limit.tokens),
      },
      resetMs: Math.max(0, window.startMs + windowMs - this.#now()),
    };
  }

  #window(subject: string): Window {
    const now = this.#now();
    const startMs = now - (now % windowMs);
    const known = this.#windows.get(subject);
    if (known?.startMs === startMs) return known;
    const window: Window = {
      startMs,
      requests: 0,
      tokens: 0,
      leased: { requests: 0, tokens: 0 },
      leasing: undefined,
      refused: { requests: false, tokensFrom: Number.POSITIVE_INFINITY },
    };
    this.#windows.delete(subject);
    if (this.#windows.size >= maxWindows) {
      const oldest = this.#windows.keys().next().value;
      if (oldest !== undefined) this.#windows.delete(oldest);
    }
    this.#windows.set(subject, window);
    return window;
  }
}

function clamp(value: number, limit: number): number {
  return Math.max(0, Math.min(limit, Math.floor(value)));
}
