import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type UpdateItemInput,
} from './aws/dynamodb.ts';
import type { ClientFor } from './client-for.ts';
import type { RateBucketKey } from './rate-limit-store.ts';
import { type Timed, timeOf } from './timed.ts';

/** What one process holds of the slots for concurrent requests. */
export interface SlotHolding {
  readonly count: number;
  /** Without a renewal, others may take the slots from then on. */
  readonly untilMs: number;
}

export interface SlotAnswer {
  readonly changed: boolean;
  /** Where nothing was changed: how many slots are held in all. */
  readonly heldCount: number;
  /** Where nothing was changed: by whom. */
  readonly holdings: Readonly<Record<string, SlotHolding>>;
}

const sort = { S: 'slots' };
const prefix = 'holder-';
const daySeconds = 86_400;

/** The slots for concurrent requests, in the table of rate limits: one item for a limit and subject. */
export class RequestSlotStore {
  readonly #tableName: string;
  readonly #clientFor: ClientFor;

  constructor(tableName: string, clientFor: ClientFor) {
    this.#tableName = tableName;
    this.#clientFor = clientFor;
  }

  /**
   * Changes what a process holds, if it holds what is expected, and if there are as many slots.
   *
   * @param after - undefined: nothing any more
   * @param mostHeld - how many slots there are in all
   */
  async change(
    key: RateBucketKey,
    holder: string,
    before: SlotHolding | undefined,
    after: SlotHolding | undefined,
    mostHeld: number,
  ): Promise<Timed<SlotAnswer>> {
    const more = (after?.count ?? 0) - (before?.count ?? 0);
    const values: Record<string, AttributeValue> = {
      ':zero': { N: '0' },
      ':more': { N: String(more) },
      ':expiresAt': { N: String(Math.ceil(Date.now() / 1_000) + daySeconds) },
    };
    const conditions = [before ? '#holder = :before' : 'attribute_not_exists(#holder)'];
    if (before) values[':before'] = { S: write(before) };
    if (after) values[':after'] = { S: write(after) };
    if (more > 0) {
      values[':most'] = { N: String(mostHeld - more) };
      conditions.push('(attribute_not_exists(heldCount) OR heldCount <= :most)');
    }
    const update: UpdateItemInput = {
      TableName: this.#tableName,
      Key: { partition: { S: key.partition }, sort },
      UpdateExpression: `SET heldCount = if_not_exists(heldCount, :zero) + :more, expiresAt = :expiresAt${
        after ? ', #holder = :after' : ' REMOVE #holder'
      }`,
      ConditionExpression: conditions.join(' AND '),
      ExpressionAttributeNames: { '#holder': prefix + holder },
      ExpressionAttributeValues: values,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };
    try {
      const answer = await this.#clientFor(key.tenantId).updateItem(update);
      return { changed: true, heldCount: 0, holdings: {}, ...timeOf(answer) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const item = error.Item ?? (await this.#read(key));
      return { changed: false, ...readItem(item), ...timeOf(error) };
    }
  }

  async #read(key: RateBucketKey): Promise<Record<string, AttributeValue> | undefined> {
    const { Item: item } = await this.#clientFor(key.tenantId).getItem({
      TableName: this.#tableName,
      Key: { partition: { S: key.partition }, sort },
      ConsistentRead: true,
    });
    return item;
  }
}

function write({ count, untilMs }: SlotHolding): string {
  return `${count} until ${untilMs}`;
}

function readItem(item: Record<string, AttributeValue> | undefined) {
  const holdings: Record<string, SlotHolding> = {};
  for (const [name, { S: text }] of Object.entries(item ?? {})) {
    if (!name.startsWith(prefix) || text === undefined) continue;
    const [count = '', untilMs = ''] = text.split(' until ');
    holdings[name.slice(prefix.length)] = { count: Number(count), untilMs: Number(untilMs) };
  }
  return { heldCount: Number(item?.heldCount?.N ?? 0), holdings };
}
