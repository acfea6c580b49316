import type { CachedAnswer } from '../../storage/cached-reply-store.ts';

/** Answers in memory, those not asked for the longest forgotten beyond a number of bytes. */
export class RecentAnswers {
  readonly #mostBytes: number;
  /** In the order in which they were last asked for. */
  readonly #answers = new Map<string, CachedAnswer>();
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get(tenantId: string, key: string): CachedAnswer | undefined {
    const name = nameOf(tenantId, key);
    const answer = this.#answers.get(name);
    if (answer) {
      this.#answers.delete(name);
      this.#answers.set(name, answer);
    }
    return answer;
  }

  set(tenantId: string, key: string, answer: CachedAnswer): void {
    const name = nameOf(tenantId, key);
    this.#forget(name);
    // One that would push out most of the others is better read again.
    if (answer.body.byteLength > this.#mostBytes / 8) return;
    this.#answers.set(name, answer);
    this.#bytes += answer.body.byteLength;
    for (const oldest of this.#answers.keys()) {
      if (this.#bytes <= this.#mostBytes) return;
      this.#forget(oldest);
    }
  }

  #forget(name: string): void {
    this.#bytes -= this.#answers.get(name)?.body.byteLength ?? 0;
    this.#answers.delete(name);
  }
}

/** Keys are hashes, and ids of tenants have no `#`. */
function nameOf(tenantId: string, key: string): string {
  return `${tenantId}#${key}`;
}
