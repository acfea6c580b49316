import type { AttributeValue, DynamoDb } from './aws/dynamodb.ts';

type Item = Record<string, AttributeValue>;

interface PendingPut {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** BatchWriteItem takes at most 25 items: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const maxItemsPerBatch = 25;
/** Beside this many batches under way, only a full one leaves: fewer, fuller batches cost less. */
const batchesAtOnce = 2;
/** More than one batch under way keeps a slow one from holding up the rest. */
const maxBatchesInFlight = 4;
/** How long a put that nobody waits for is held back for company. */
const lingerMs = 15;
/** Puts closer together than this are company to be expected. */
const companyWithinMs = 10;
const maxAttemptsForUnprocessed = 8;

/** `now`: somebody waits for the item to be stored. `soon`: nobody does, so it may wait a moment for company. */
export type Urgency = 'now' | 'soon';

/**
 * Puts items into one table, in groups: the puts that arrive while batches are under way travel together in the next
 * one, and those that nobody waits for travel with the next that somebody does. A lone put leaves at once. A promise
 * resolves only when its item is durably written, so grouping costs no safety. Every item must have a key of its own
 * (BatchWriteItem refuses two puts of one key).
 */
export class BatchWriter {
  readonly #client: DynamoDb;
  readonly #tableName: string;
  #waiting: PendingPut[] = [];
  #batchesInFlight = 0;
  #scheduled = false;
  #lingering: NodeJS.Timeout | undefined;
  #lastPutAt = Number.NEGATIVE_INFINITY;

  constructor(client: DynamoDb, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /** Resolves when the item is stored; rejects when it could not be. */
  put(item: Item, urgency: Urgency = 'now'): Promise<void> {
    const now = performance.now();
    const alone = now - this.#lastPutAt > companyWithinMs;
    this.#lastPutAt = now;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (urgency === 'now' || alone || this.#waiting.length >= maxItemsPerBatch) this.#dispatchThisTurn();
      else this.#lingering ??= setTimeout(() => this.#dispatch(), lingerMs);
    });
  }

  /** The requests read from one socket event arrive in the same turn: all of them join before the batch leaves. */
  #dispatchThisTurn(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    clearTimeout(this.#lingering);
    this.#lingering = undefined;
    while (this.#waiting.length > 0 && this.#batchesInFlight < maxBatchesInFlight) {
      if (this.#batchesInFlight >= batchesAtOnce && this.#waiting.length < maxItemsPerBatch) return;
      const batch = this.#waiting.splice(0, maxItemsPerBatch);
      this.#batchesInFlight += 1;
      void this.#write(batch).finally(() => {
        this.#batchesInFlight -= 1;
        this.#dispatch();
      });
    }
  }

  async #write(batch: readonly PendingPut[]): Promise<void> {
    try {
      let requests = batch.map(({ item }) => ({ PutRequest: { Item: item } }));
      for (let attempt = 0; ; attempt += 1) {
        const { UnprocessedItems: unprocessed } = await this.#client.batchWriteItem({
          RequestItems: { [this.#tableName]: requests },
        });
        const left = unprocessed?.[this.#tableName] ?? [];
        if (left.length === 0) break;
        if (attempt + 1 >= maxAttemptsForUnprocessed) {
          throw new Error(
            `${left.length} of ${batch.length} items were not accepted by table ${this.#tableName}`,
          );
        }
        requests = left as typeof requests;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt));
      }
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
