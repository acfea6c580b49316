import type { KeptAnswer } from '../../storage/reply-body.ts';
import type { Claim, ReplyKey, ReplyStore } from '../../storage/reply-store.ts';
import { describeError, log } from '../../telemetry/index.ts';

export type IdempotencyStore = Pick<ReplyStore, 'claim' | 'renew' | 'answer' | 'lose' | 'release'>;

/** A day, as callers know it from other APIs. */
const keptForMs = 24 * 60 * 60_000;
/**
 * A key whose process died is free after this. It is long beside the renewals, so that a clock which is five minutes
 * ahead takes no key from a process that lives.
 */
const leaseMs = 6 * 60_000;
const renewEveryMs = 30_000;

export function newClaim(owner: string, fingerprint: string, nowMs: number): Claim {
  return { owner, fingerprint, leaseUntilMs: nowMs + leaseMs, expiresAtMs: nowMs + keptForMs };
}

/**
 * A key that this request holds until it is told how the request ended. By then the caller has the answer, or will
 * have it: what cannot be stored is logged, and the key becomes free when its lease ends.
 */
export class HeldKey {
  readonly #store: IdempotencyStore;
  readonly #key: ReplyKey;
  readonly #claim: Claim;
  readonly #renewals: NodeJS.Timeout;
  #ended = false;

  constructor(store: IdempotencyStore, key: ReplyKey, claim: Claim) {
    this.#store = store;
    this.#key = key;
    this.#claim = claim;
    this.#renewals = setInterval(() => void this.#renew(), renewEveryMs);
    this.#renewals.unref();
  }

  keep(answer: KeptAnswer): Promise<void> {
    return this.#end(() => this.#store.answer(this.#key, this.#claim, answer));
  }

  lose(): Promise<void> {
    return this.#end(() => this.#store.lose(this.#key, this.#claim));
  }

  free(): Promise<void> {
    return this.#end(() => this.#store.release(this.#key, this.#claim.owner));
  }

  async #renew(): Promise<void> {
    const renewed = this.#store.renew(this.#key, this.#claim.owner, Date.now() + leaseMs);
    // A renewal that comes after the end finds nothing to renew.
    await this.#logged(
      'idempotency key not renewed',
      renewed.then((held) => held || this.#ended),
    );
  }

  async #end(write: () => Promise<boolean>): Promise<void> {
    this.#ended = true;
    clearInterval(this.#renewals);
    await this.#logged('idempotent answer not kept', write());
  }

  async #logged(message: string, write: Promise<boolean>): Promise<void> {
    try {
      if (!(await write))
        log.warn(message, { requestId: this.#claim.owner, reason: 'another request holds it' });
    } catch (error) {
      log.error(message, { requestId: this.#claim.owner, ...describeError(error) });
    }
  }
}
