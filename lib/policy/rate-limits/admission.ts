import type { RateBucket } from './bucket.ts';
import type { Claim } from './claim.ts';
import type { RequestSlots } from './request-slots.ts';
import type { ServerClock } from './server-clock.ts';
import { type RateStanding, standingOf } from './standing.ts';

/**
 * A request that was admitted. Where a promise is given it is of work that nobody has to wait for but the process that
 * does it: it never fails.
 */
export interface RateAdmission {
  readonly admitted: true;
  /** Where the caller stands now. */
  standing(): RateStanding;
  /** What the admission itself left to do. */
  readonly background: Promise<unknown> | undefined;
  /** Corrects the tokens taken by estimate to those really used. The first call counts. */
  settle(usedTokens: number): Promise<unknown> | undefined;
  /** Frees what is held while the request is under way. The first call counts. */
  release(): Promise<unknown> | undefined;
  /** The request was not made: gives everything back. Instead of `settle` and `release`. */
  cancel(): Promise<unknown> | undefined;
}

export class Admission implements RateAdmission {
  readonly admitted = true;
  readonly #counted: readonly { readonly bucket: RateBucket | undefined }[];
  readonly #clock: ServerClock;
  readonly #claims: { readonly bucket: RateBucket; readonly claim: Claim }[] = [];
  #slots: RequestSlots[] = [];
  #isSettled = false;

  constructor(counted: readonly { readonly bucket: RateBucket | undefined }[], clock: ServerClock) {
    this.#counted = counted;
    this.#clock = clock;
  }

  took(bucket: RateBucket, claim: Claim): void {
    this.#claims.push({ bucket, claim });
  }

  holds(slots: RequestSlots): void {
    this.#slots.push(slots);
  }

  standing(): RateStanding {
    return standingOf(this.#counted, this.#clock.nowUs());
  }

  get background(): Promise<unknown> | undefined {
    return together(this.#claims.map(({ bucket }) => bucket.restock()));
  }

  settle(usedTokens: number): Promise<unknown> | undefined {
    if (this.#isSettled) return undefined;
    this.#isSettled = true;
    return together(this.#claims.map(({ bucket, claim }) => bucket.settle(claim, usedTokens)));
  }

  release(): Promise<unknown> | undefined {
    const slots = this.#slots;
    this.#slots = [];
    return together(slots.map((held) => held.release()));
  }

  cancel(): Promise<unknown> | undefined {
    const releasing = this.release();
    if (this.#isSettled) return releasing;
    this.#isSettled = true;
    return together([releasing, ...this.#claims.map(({ bucket, claim }) => bucket.cancel(claim))]);
  }
}

function together(works: readonly (Promise<unknown> | undefined)[]): Promise<unknown> | undefined {
  const waiting = works.filter((work) => work !== undefined);
  return waiting.length > 0 ? Promise.all(waiting) : undefined;
}
