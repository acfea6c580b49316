import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type UpdateItemInput,
} from './aws/dynamodb.ts';
import type { ClientFor } from './client-for.ts';
import { type Timed, timeOf } from './timed.ts';

/** One item of the table: the meters of one limit and subject. */
export interface RateBucketKey {
  readonly tenantId: string;
  /** The partition key, which begins with the tenant's id. */
  readonly partition: string;
}

/** When the bucket of each meter will be empty, in microseconds since 1970; a meter that is not there is empty. */
export type MeterTimes = Readonly<Record<string, number>>;

/** Moves one meter. */
export interface MeterCharge {
  readonly meter: string;
  readonly amountUs: number;
  /** Whether the meter is taken to be empty now. Where it is not so, nothing is charged. */
  readonly isIdle: boolean;
  /** The latest to which the meter may be moved. @default - as far as it goes */
  readonly latestUs?: number;
}

export interface ChargeAnswer {
  readonly charged: boolean;
  /** The meters as they were found: all that are charged, or where nothing was charged, all that there are. */
  readonly found: MeterTimes;
  /** How often the item has been written to. */
  readonly writes: number;
}

const sort = { S: 'meters' };
const countWrite = '#writes = if_not_exists(#writes, :zero) + :one';
/** What is in the item beside the meters. */
const ownAttributes: ReadonlySet<string> = new Set(['writes', 'expiresAt']);

/** The table of rate limits: for each limit and subject, how much is used. */
export class RateLimitStore {
  readonly #tableName: string;
  readonly #clientFor: ClientFor;

  constructor(tableName: string, clientFor: ClientFor) {
    this.#tableName = tableName;
    this.#clientFor = clientFor;
  }

  /** Charges all meters in one conditional write, or none. */
  async charge(
    key: RateBucketKey,
    nowUs: number,
    charges: readonly MeterCharge[],
    expiresAtMs: number,
  ): Promise<Timed<ChargeAnswer>> {
    const names: Record<string, string> = { '#writes': 'writes' };
    const values: Record<string, AttributeValue> = {
      ':zero': { N: '0' },
      ':one': { N: '1' },
      ':now': { N: String(nowUs) },
      ':expiresAt': { N: String(Math.ceil(expiresAtMs / 1_000)) },
    };
    const updates: string[] = [];
    const conditions: string[] = [];
    charges.forEach(({ meter, amountUs, isIdle, latestUs }, index) => {
      const name = `#meter${index}`;
      const amount = `:amount${index}`;
      names[name] = meter;
      values[amount] = { N: String(isIdle ? nowUs + amountUs : amountUs) };
      updates.push(isIdle ? `${name} = ${amount}` : `${name} = ${name} + ${amount}`);
      conditions.push(isIdle ? `(attribute_not_exists(${name}) OR ${name} <= :now)` : `${name} > :now`);
      if (isIdle || latestUs === undefined) return;
      // Conditions have no arithmetic: how far the meter may be before it moves is computed here.
      values[`:most${index}`] = { N: String(latestUs - amountUs) };
      conditions.push(`${name} <= :most${index}`);
    });
    const update: UpdateItemInput = {
      TableName: this.#tableName,
      Key: { partition: { S: key.partition }, sort },
      UpdateExpression: `SET ${updates.join(', ')}, ${countWrite}, expiresAt = :expiresAt`,
      ConditionExpression: conditions.join(' AND '),
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
      ReturnValues: 'UPDATED_OLD',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };
    try {
      const { Attributes: found, ...answer } = await this.#clientFor(key.tenantId).updateItem(update);
      return { charged: true, ...readItem(found), ...timeOf(answer) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // Not every engine that speaks the protocol returns the item that was found.
      if (error.Item) return { charged: false, ...readItem(error.Item), ...timeOf(error) };
      return { charged: false, ...(await this.read(key)) };
    }
  }

  /** Reads how the meters stand. */
  async read(key: RateBucketKey): Promise<Timed<Omit<ChargeAnswer, 'charged'>>> {
    const { Item: item, ...answer } = await this.#clientFor(key.tenantId).getItem({
      TableName: this.#tableName,
      Key: { partition: { S: key.partition }, sort },
      ConsistentRead: true,
    });
    return { ...readItem(item), ...timeOf(answer) };
  }

  /**
   * Takes back what was charged for and not used. Does nothing where the item has expired meanwhile.
   *
   * @param expected - does nothing where the meters stand otherwise: somebody has charged since
   */
  async credit(key: RateBucketKey, amountsUs: MeterTimes, expected: MeterTimes = {}): Promise<void> {
    const names: Record<string, string> = { '#writes': 'writes' };
    const values: Record<string, AttributeValue> = { ':zero': { N: '0' }, ':one': { N: '1' } };
    const updates = Object.entries(amountsUs).map(([meter, amount], index) => {
      names[`#meter${index}`] = meter;
      values[`:amount${index}`] = { N: String(amount) };
      return `#meter${index} = #meter${index} - :amount${index}`;
    });
    const conditions = Object.keys(amountsUs).map((meter, index) => {
      const expectedUs = expected[meter];
      if (expectedUs === undefined) return `attribute_exists(#meter${index})`;
      values[`:expected${index}`] = { N: String(expectedUs) };
      return `#meter${index} = :expected${index}`;
    });
    try {
      await this.#clientFor(key.tenantId).updateItem({
        TableName: this.#tableName,
        Key: { partition: { S: key.partition }, sort },
        UpdateExpression: `SET ${updates.join(', ')}, ${countWrite}`,
        ConditionExpression: conditions.join(' AND '),
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
      });
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }
}

function readItem(item: Record<string, AttributeValue> | undefined): Omit<ChargeAnswer, 'charged'> {
  const times: Record<string, number> = {};
  for (const [name, { N: value }] of Object.entries(item ?? {})) {
    if (value !== undefined && !ownAttributes.has(name)) times[name] = Number(value);
  }
  return { found: times, writes: Number(item?.writes?.N ?? 0) };
}
