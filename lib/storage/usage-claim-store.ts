import { type AttributeValue, ConditionalCheckFailedException } from './aws/dynamodb.ts';
import type { ClientFor } from './client-for.ts';

/**
 * One thing that counts in what a tenant uses: an object that is stored, a document, a run. Its way is
 * `entering → kept → leaving → left`; who goes back on the way in leaves it `void`, on the way out `kept`.
 */
export interface UsageClaimItem {
  readonly state: 'entering' | 'kept' | 'leaving' | 'left' | 'void';
  /** In the units of the accounts. */
  readonly amount: number;
  /** The accounts of the ledger in which it counts. */
  readonly accounts: readonly string[];
  /** Tells who counts it from others that tried. */
  readonly entry: string;
  /** Whoever takes it out, or took it out. */
  readonly removal: string | undefined;
}

type Item = Record<string, AttributeValue>;

/** Long after anybody could still ask what became of a lease. */
const keptForMs = 7 * 86_400_000;
const sort = { S: 'claim' };

/**
 * What counts in the usage of tenants, thing by thing, beside the accounts of the ledger that hold the sums. Each step is
 * one conditional write, and succeeds for one caller however often it is repeated.
 */
export class UsageClaimStore {
  readonly #tableName: string;
  readonly #clientFor: ClientFor;
  readonly #now: () => number;

  constructor(tableName: string, clientFor: ClientFor, now: () => number = Date.now) {
    this.#tableName = tableName;
    this.#clientFor = clientFor;
    this.#now = now;
  }

  async read(tenantId: string, id: string): Promise<UsageClaimItem | undefined> {
    const { Item: item } = await this.#clientFor(tenantId).getItem({
      TableName: this.#tableName,
      Key: keyOf(tenantId, id),
      ConsistentRead: true,
    });
    return item && readItem(item);
  }

  /** Notes what is about to be counted. @returns false where there is a claim of this id */
  async enter(
    tenantId: string,
    id: string,
    { amount, accounts, entry }: Pick<UsageClaimItem, 'amount' | 'accounts' | 'entry'>,
  ): Promise<boolean> {
    try {
      await this.#clientFor(tenantId).putItem({
        TableName: this.#tableName,
        Item: {
          ...keyOf(tenantId, id),
          state: { S: 'entering' },
          entry: { S: entry },
          amount: { N: String(amount) },
          accounts: { L: accounts.map((account) => ({ S: account })) },
          expiresAt: this.#forgetAt(),
        },
        ConditionExpression: 'attribute_not_exists(#partition) OR entry = :entry',
        ExpressionAttributeNames: { '#partition': 'partition' },
        ExpressionAttributeValues: { ':entry': { S: entry } },
      });
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  /**
   * It counts from now on, with this amount.
   *
   * @param staysForever - until it is taken out; else only as long as anybody may ask for it
   * @returns false where it was made void
   */
  async keep(tenantId: string, id: string, amount: number, staysForever: boolean): Promise<boolean> {
    const removal = staysForever ? ' REMOVE expiresAt' : '';
    return await this.#step(tenantId, id, {
      UpdateExpression: `SET #state = :kept, amount = :amount${removal}`,
      ConditionExpression: '#state = :entering OR (#state = :kept AND amount = :amount)',
      ExpressionAttributeValues: {
        ':entering': { S: 'entering' },
        ':kept': { S: 'kept' },
        ':amount': { N: String(amount) },
      },
    });
  }

  /** It never counts. @returns false where it does already */
  async makeVoid(tenantId: string, id: string): Promise<boolean> {
    return await this.#step(tenantId, id, {
      UpdateExpression: 'SET #state = :void',
      ConditionExpression: '#state IN (:entering, :void)',
      ExpressionAttributeValues: { ':entering': { S: 'entering' }, ':void': { S: 'void' } },
    });
  }

  /** Somebody is about to take it out; whoever was about to before is not any more. @returns false where it is not kept */
  async leave(tenantId: string, id: string, removal: string): Promise<boolean> {
    return await this.#step(tenantId, id, {
      UpdateExpression: 'SET #state = :leaving, removal = :removal',
      ConditionExpression: '#state IN (:kept, :leaving)',
      ExpressionAttributeValues: {
        ':kept': { S: 'kept' },
        ':leaving': { S: 'leaving' },
        ':removal': { S: removal },
      },
    });
  }

  /** It counts no more. @returns false where another took its removal over, or it was called off */
  async left(tenantId: string, id: string, removal: string): Promise<boolean> {
    return await this.#step(tenantId, id, {
      UpdateExpression: 'SET #state = :left, expiresAt = :forget',
      ConditionExpression: '#state IN (:leaving, :left) AND removal = :removal',
      ExpressionAttributeValues: {
        ':leaving': { S: 'leaving' },
        ':left': { S: 'left' },
        ':removal': { S: removal },
        ':forget': this.#forgetAt(),
      },
    });
  }

  /** Calls a removal off. @returns false where it took place */
  async stay(tenantId: string, id: string, removal: string): Promise<boolean> {
    return await this.#step(tenantId, id, {
      UpdateExpression: 'SET #state = :kept',
      ConditionExpression: '#state IN (:leaving, :kept) AND removal = :removal',
      ExpressionAttributeValues: {
        ':leaving': { S: 'leaving' },
        ':kept': { S: 'kept' },
        ':removal': { S: removal },
      },
    });
  }

  async #step(
    tenantId: string,
    id: string,
    step: { UpdateExpression: string; ConditionExpression: string; ExpressionAttributeValues: Item },
  ): Promise<boolean> {
    try {
      await this.#clientFor(tenantId).updateItem({
        TableName: this.#tableName,
        Key: keyOf(tenantId, id),
        ExpressionAttributeNames: { '#state': 'state' },
        ...step,
      });
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  #forgetAt(): AttributeValue {
    return { N: String(Math.ceil((this.#now() + keptForMs) / 1_000)) };
  }
}

/** Each has a partition of its own: a partition takes no more writes than an item. */
function keyOf(tenantId: string, id: string) {
  return { partition: { S: `${tenantId}#claim#${id}` }, sort };
}

function readItem({ state, amount, accounts, entry, removal }: Item): UsageClaimItem {
  return {
    state: (state?.S ?? 'void') as UsageClaimItem['state'],
    amount: Number(amount?.N ?? 0),
    accounts: (accounts?.L ?? []).map((account) => account.S ?? ''),
    entry: entry?.S ?? '',
    removal: removal?.S,
  };
}
