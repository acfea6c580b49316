import type { MeterCharge, RateBucketKey, RateLimitStore } from '../../lib/storage/rate-limit-store.ts';
import type { RequestSlotStore, SlotHolding } from '../../lib/storage/request-slot-store.ts';

export interface MemoryRateStoreOptions {
  /** The database's clock, in milliseconds. Absent: its answers tell no time. */
  readonly now?: () => number;
  /** What every call waits for. @default - nothing */
  readonly latency?: () => Promise<void>;
}

type Meters = Pick<RateLimitStore, 'charge' | 'read' | 'credit'>;
type Slots = Pick<RequestSlotStore, 'change'>;

/** The rules of the stores of rate limits, in memory: shared by several limiters as several functions share a table. */
export class MemoryRateStore implements Meters, Slots {
  /** The operations received, by name. */
  readonly operations: string[] = [];
  readonly items = new Map<string, Record<string, number>>();
  readonly #writes = new Map<string, number>();
  readonly holdings = new Map<string, Record<string, SlotHolding>>();
  /** Makes every operation fail. */
  fails = false;
  readonly #options: MemoryRateStoreOptions;

  constructor(options: MemoryRateStoreOptions = {}) {
    this.#options = options;
  }

  async charge({ partition }: RateBucketKey, nowUs: number, charges: readonly MeterCharge[]) {
    await this.#begin('charge');
    const item = this.items.get(partition) ?? {};
    for (const { meter, isIdle, amountUs, latestUs } of charges) {
      const value = item[meter];
      const holds = isIdle
        ? value === undefined || value <= nowUs
        : value !== undefined && value > nowUs && (latestUs === undefined || value <= latestUs - amountUs);
      if (!holds)
        return this.#end({ charged: false, found: { ...item }, writes: this.#writes.get(partition) ?? 0 });
    }
    const found: Record<string, number> = {};
    for (const { meter, isIdle, amountUs } of charges) {
      if (item[meter] !== undefined) found[meter] = item[meter];
      item[meter] = (isIdle ? nowUs : (item[meter] ?? 0)) + amountUs;
    }
    this.items.set(partition, item);
    return this.#end({ charged: true, found, writes: this.#countWrite(partition) });
  }

  async read({ partition }: RateBucketKey) {
    await this.#begin('read');
    return this.#end({
      found: { ...this.items.get(partition) },
      writes: this.#writes.get(partition) ?? 0,
    });
  }

  async credit(
    { partition }: RateBucketKey,
    amountsUs: Readonly<Record<string, number>>,
    expected: Readonly<Record<string, number>> = {},
  ): Promise<void> {
    await this.#begin('credit');
    const item = this.items.get(partition);
    this.#countWrite(partition);
    const isExpected = Object.keys(amountsUs).every(
      (meter) => expected[meter] === undefined || expected[meter] === item?.[meter],
    );
    for (const [meter, amount] of isExpected ? Object.entries(amountsUs) : []) {
      if (item?.[meter] !== undefined) item[meter] -= amount;
    }
    await this.#end({});
  }

  async change(
    { partition }: RateBucketKey,
    holder: string,
    before: SlotHolding | undefined,
    after: SlotHolding | undefined,
    mostHeld: number,
  ) {
    await this.#begin('change');
    const holdings = this.holdings.get(partition) ?? {};
    const heldCount = Object.values(holdings).reduce((sum, { count }) => sum + count, 0);
    const more = (after?.count ?? 0) - (before?.count ?? 0);
    const expected = JSON.stringify(holdings[holder]) === JSON.stringify(before);
    if (!expected || (more > 0 && heldCount + more > mostHeld)) {
      return this.#end({ changed: false, heldCount, holdings: { ...holdings } });
    }
    if (after) holdings[holder] = after;
    else delete holdings[holder];
    this.holdings.set(partition, holdings);
    return this.#end({ changed: true, heldCount: 0, holdings: {} });
  }

  /** How many there had been before. */
  #countWrite(partition: string): number {
    const writes = this.#writes.get(partition) ?? 0;
    this.#writes.set(partition, writes + 1);
    return writes;
  }

  async #begin(operation: string): Promise<void> {
    this.operations.push(operation);
    await this.#options.latency?.();
    if (this.fails) throw new Error('the table does not answer');
  }

  async #end<Answer extends object>(answer: Answer): Promise<Answer & { readonly serverMs?: number }> {
    const now = this.#options.now?.();
    await this.#options.latency?.();
    // As in HTTP's header `Date`: whole seconds.
    return now === undefined ? answer : { ...answer, serverMs: Math.floor(now / 1_000) * 1_000 };
  }
}
