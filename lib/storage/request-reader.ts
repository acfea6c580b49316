import type { AttributeValue, QueryOutput } from './aws/dynamodb.ts';
import type { ClientFor } from './client-for.ts';
import { requestPartition } from './request-id.ts';
import { type RecordPhase, sortSuffix } from './request-store.ts';
import type { TimeRange } from './time-range.ts';

export interface StoredRecord {
  readonly requestId: string;
  readonly phase: RecordPhase;
  /** Filed so late that whoever counted the hour did not see it; see `UsageStore`. */
  readonly isLate: boolean;
  readonly record: Readonly<Record<string, unknown>>;
}

const dayMs = 86_400_000;
const shards = [...'0123456789abcdef'];
const phases = new Map(Object.entries(sortSuffix).map(([phase, suffix]) => [suffix, phase as RecordPhase]));

/** Reads request records, by the time at which their requests came and by id. */
export class RequestReader {
  readonly #tableName: string;
  readonly #clientFor: ClientFor;

  constructor(tableName: string, clientFor: ClientFor) {
    this.#tableName = tableName;
    this.#clientFor = clientFor;
  }

  /** All records of one phase in a range, in no order: sixteen queries a day, at the same time. */
  async scan(
    tenantId: string,
    range: TimeRange,
    phase: RecordPhase,
    visit: (record: StoredRecord) => void,
  ): Promise<void> {
    for (const day of daysOf(range)) {
      await Promise.all(
        shards.map(async (shard) => {
          for await (const items of this.#pages(tenantId, day, shard)) {
            for (const item of items) if (phaseOf(item) === phase) visit(read(item));
          }
        }),
      );
    }
  }

  /** The records of one request, in the order of its life. Empty where there is none. */
  async find(tenantId: string, requestId: string): Promise<readonly StoredRecord[]> {
    const { Items: items = [] } = await this.#clientFor(tenantId).query({
      TableName: this.#tableName,
      KeyConditionExpression: '#partition = :partition AND begins_with(sort, :id)',
      ExpressionAttributeNames: { '#partition': 'partition' },
      ExpressionAttributeValues: {
        ':partition': { S: requestPartition(tenantId, requestId) },
        ':id': { S: `${requestId}#` },
      },
      ConsistentRead: true,
    });
    return items.map(read);
  }

  /**
   * The records in a range, those of the newest request first, a request's own together and in the reverse order of its
   * life. Reads on only as far as it is asked to.
   *
   * @param before - only requests older than this one
   */
  async *newestFirst(tenantId: string, range: TimeRange, before?: string): AsyncGenerator<StoredRecord> {
    for (const day of daysOf(range).toReversed()) {
      const heads = await Promise.all(
        shards.map((shard) => ShardReader.open(this.#pages(tenantId, day, shard, { before }))),
      );
      for (let newest = newestOf(heads); newest; newest = newestOf(heads)) yield await newest.take();
    }
  }

  /** @param newestFirst - newest first, in small pages; else everything, oldest first, as fast as it goes */
  async *#pages(
    tenantId: string,
    { fromMs, toMs }: TimeRange,
    shard: string,
    newestFirst?: { readonly before: string | undefined },
  ): AsyncGenerator<Record<string, AttributeValue>[]> {
    const end = idAt(toMs);
    const { before = end } = newestFirst ?? {};
    // Ids continue behind their time, so the end itself is no id.
    const to = before < end ? before : end;
    if (to <= idAt(fromMs)) return;
    let start: Record<string, AttributeValue> | undefined;
    do {
      const page: QueryOutput = await this.#clientFor(tenantId).query({
        TableName: this.#tableName,
        KeyConditionExpression: '#partition = :partition AND sort BETWEEN :from AND :to',
        ProjectionExpression: 'sort, #record, late',
        ExpressionAttributeNames: { '#partition': 'partition', '#record': 'record' },
        ExpressionAttributeValues: {
          ':partition': { S: requestPartition(tenantId, `${idAt(fromMs)}${shard}`) },
          ':from': { S: idAt(fromMs) },
          ':to': { S: to },
        },
        ...(newestFirst && { ScanIndexForward: false, Limit: 40 }),
        ...(start && { ExclusiveStartKey: start }),
        ConsistentRead: true,
      });
      yield page.Items ?? [];
      start = page.LastEvaluatedKey;
    } while (start);
  }
}

/** The records of one shard, one by one. */
class ShardReader {
  readonly #pages: AsyncGenerator<Record<string, AttributeValue>[]>;
  #items: Record<string, AttributeValue>[] = [];

  private constructor(pages: AsyncGenerator<Record<string, AttributeValue>[]>) {
    this.#pages = pages;
  }

  static async open(pages: AsyncGenerator<Record<string, AttributeValue>[]>): Promise<ShardReader> {
    const reader = new ShardReader(pages);
    await reader.#fill();
    return reader;
  }

  get next(): string | undefined {
    return this.#items[0]?.sort?.S;
  }

  async take(): Promise<StoredRecord> {
    const item = this.#items.shift();
    if (!item) throw new Error('the shard is read to its end');
    await this.#fill();
    return read(item);
  }

  async #fill(): Promise<void> {
    while (this.#items.length === 0) {
      const page = await this.#pages.next();
      if (page.done) return;
      this.#items = page.value;
    }
  }
}

function newestOf(readers: readonly ShardReader[]): ShardReader | undefined {
  let newest: ShardReader | undefined;
  for (const reader of readers) {
    if (reader.next !== undefined && reader.next > (newest?.next ?? '')) newest = reader;
  }
  return newest;
}

/** Smaller than all ids of this millisecond or later, and greater than all earlier ones. */
function idAt(ms: number): string {
  return `req_${ms.toString(16).padStart(12, '0')}`;
}

/** The parts of a range in each day (UTC). */
function daysOf({ fromMs, toMs }: TimeRange): readonly TimeRange[] {
  const days: TimeRange[] = [];
  for (let start = fromMs; start < toMs; ) {
    const end = Math.min(toMs, Math.floor(start / dayMs) * dayMs + dayMs);
    days.push({ fromMs: start, toMs: end });
    start = end;
  }
  return days;
}

function phaseOf(item: Record<string, AttributeValue>): RecordPhase | undefined {
  const sort = item.sort?.S ?? '';
  return phases.get(sort.slice(sort.indexOf('#') + 1));
}

function read(item: Record<string, AttributeValue>): StoredRecord {
  const phase = phaseOf(item);
  const requestId = item.sort?.S?.split('#')[0];
  if (!phase || requestId === undefined) throw new Error('an item among the request records is none');
  return {
    requestId,
    phase,
    isLate: item.late?.BOOL === true,
    record: JSON.parse(item.record?.S ?? '{}') as Record<string, unknown>,
  };
}
