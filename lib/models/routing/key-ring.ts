/** A key that is to be used, and its place among the provider's keys. */
export interface ChosenKey {
  readonly key: string;
  readonly index: number;
}

/** How long a refused key is put behind the others. A key whose account was topped up is back after this. */
const DEAD_MS = 5 * 60_000;

/**
 * Chooses among a provider's keys: the first that is not known to be dead. Where all are, the one that was refused
 * first gets another chance, as a refusal may have been a mistake of the provider's.
 */
export class KeyRing {
  /** Until when a key counts as dead, by the key itself, so that a replaced key starts afresh. */
  private readonly deadUntilMs = new Map<string, number>();
  private readonly now: () => number;

  /** @param now milliseconds. */
  constructor(now: () => number) {
    this.now = now;
  }

  /** True where any key was refused lately. */
  hasRefused(): boolean {
    return this.deadUntilMs.size > 0;
  }

  /** True where at least one of the keys may work. */
  hasLive(keys: readonly string[]): boolean {
    return keys.some((key) => !this.isDead(key));
  }

  /** @param refused keys that were refused to this request, and so are not tried again for it. */
  choose(keys: readonly string[], refused: ReadonlySet<string>): ChosenKey | undefined {
    const live = keys.findIndex((key) => !refused.has(key) && !this.isDead(key));
    const index = live === -1 && refused.size === 0 ? this.firstToDie(keys) : live;
    const key = keys[index];
    return key === undefined ? undefined : { key, index };
  }

  refused(key: string): void {
    const nowMs = this.now();
    for (const [old, untilMs] of this.deadUntilMs) if (untilMs <= nowMs) this.deadUntilMs.delete(old);
    this.deadUntilMs.set(key, nowMs + DEAD_MS);
  }

  /** The key works after all. */
  accepted(key: string): void {
    if (this.deadUntilMs.size > 0) this.deadUntilMs.delete(key);
  }

  private isDead(key: string): boolean {
    const untilMs = this.deadUntilMs.get(key);
    return untilMs !== undefined && untilMs > this.now();
  }

  private firstToDie(keys: readonly string[]): number {
    const deaths = keys.map((key) => this.deadUntilMs.get(key) ?? 0);
    return deaths.indexOf(Math.min(...deaths));
  }
}
