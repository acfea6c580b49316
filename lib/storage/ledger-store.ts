import { ConditionalCheckFailedException, type UpdateItemInput } from './aws/dynamodb.ts';
import type { ClientFor } from './client-for.ts';
import {
  arrivedPrefix,
  encodeLease,
  type Item,
  type LeaseState,
  type LedgerItem,
  leasePrefix,
  number,
  outgoingPrefix,
  outgoingSequencePrefix,
  readItem,
  type Transfer,
} from './ledger-item.ts';
import { queryPage } from './query-page.ts';

/** Which item: a part of an account of a tenant. The account's id has its period in it. */
export interface LedgerKey {
  readonly tenantId: string;
  readonly account: string;
  readonly shard: number;
}

/** One change of an item. All of it takes place, or nothing. */
export interface LedgerChange {
  readonly lease: {
    readonly id: string;
    /** As it is known to be; undefined: there is none. */
    readonly before: LeaseState | undefined;
    /** Undefined: it ends. */
    readonly after: LeaseState | undefined;
  };
  /** Added to what is available. */
  readonly available: number;
  /** Added to what is settled. */
  readonly settled?: number;
  /** Only where at least so much is available before. */
  readonly least?: number;
  /** Only where the limit is of this version or a later one. */
  readonly limitVersion?: number;
  /** Makes the item where it is not there. */
  readonly create?: { readonly limit: number; readonly limitVersion: number };
  /** When the item may be removed, in epoch seconds. @default - never */
  readonly removeAtSeconds?: number;
}

export interface LedgerAnswer {
  /** False where a condition did not hold. A change that had been made before counts as made. */
  readonly changed: boolean;
  /** As it is afterwards; undefined where there is none. */
  readonly item: LedgerItem | undefined;
}

/** An account that there is or was. */
export interface NotedAccount {
  readonly account: string;
  /** Undefined: it never ends. */
  readonly periodEndMs: number | undefined;
}

export interface NotedPage {
  readonly accounts: readonly NotedAccount[];
  /** Where the next page begins; absent: this was the last. */
  readonly next?: string;
}

const accountSort = { S: 'account' };
const noEnd = '9999';

/**
 * The table of amounts that are held and spent. Every change is one conditional write to one item, and may be repeated
 * where its answer was lost: leases are compared and swapped, and no two states of a lease are the same.
 *
 * For each item: what is available, what its leases hold, what is settled and what is on its way to other shards make up
 * what the item was given; for the whole account that is its limit.
 */
export class LedgerStore {
  readonly #tableName: string;
  readonly #clientFor: ClientFor;

  constructor(tableName: string, clientFor: ClientFor) {
    this.#tableName = tableName;
    this.#clientFor = clientFor;
  }

  async read(key: LedgerKey): Promise<LedgerItem | undefined> {
    const { Item: item } = await this.#clientFor(key.tenantId).getItem({
      TableName: this.#tableName,
      Key: keyOf(key),
      ConsistentRead: true,
    });
    return item && readItem(item);
  }

  /** All of an account's items, by their shards; the first is undefined where there is no account. */
  async readAll(tenantId: string, account: string): Promise<readonly (LedgerItem | undefined)[]> {
    const first = await this.read({ tenantId, account, shard: 0 });
    const others = Array.from({ length: (first?.shards ?? 1) - 1 }, (_, index) =>
      this.read({ tenantId, account, shard: index + 1 }),
    );
    return [first, ...(await Promise.all(others))];
  }

  /** Takes, reports or ends a lease. */
  async change(key: LedgerKey, change: LedgerChange): Promise<LedgerAnswer> {
    const { lease, available, settled = 0, least, limitVersion, create, removeAtSeconds } = change;
    const before = lease.before && encodeLease(lease.before);
    const after = lease.after && encodeLease(lease.after);
    const values: Item = { ':available': number(available), ':settled': number(settled), ...oneAndZero };
    const sets = [
      create
        ? 'available = if_not_exists(available, :limit) + :available'
        : 'available = available + :available',
      'settled = if_not_exists(settled, :zero) + :settled',
      countWrite,
    ];
    const conditions = [before === undefined ? 'attribute_not_exists(#lease)' : '#lease = :before'];
    // A write to an item that is not there must not make half of one.
    const orNew = create ? 'attribute_not_exists(available) OR ' : '';
    if (!create && before === undefined) conditions.push('attribute_exists(available)');
    if (before !== undefined) values[':before'] = { S: before };
    if (after !== undefined) {
      sets.push('#lease = :after');
      values[':after'] = { S: after };
    }
    if (least !== undefined) {
      values[':least'] = number(least);
      conditions.push(`(${create && create.limit < least ? '' : orNew}available >= :least)`);
    }
    if (limitVersion !== undefined) {
      values[':version'] = number(limitVersion);
      conditions.push(`(${orNew}limitVersion >= :version)`);
    }
    if (create) values[':limit'] = number(create.limit);
    if (create && key.shard === 0) {
      sets.push('#limit = if_not_exists(#limit, :limit)');
      sets.push('limitVersion = if_not_exists(limitVersion, :createVersion)');
      values[':createVersion'] = number(create.limitVersion);
    }
    if (removeAtSeconds !== undefined) {
      sets.push('expiresAt = :removeAt');
      values[':removeAt'] = number(removeAtSeconds);
    }
    const answer = await this.#update(key, {
      UpdateExpression: `SET ${sets.join(', ')}${after === undefined ? ' REMOVE #lease' : ''}`,
      ConditionExpression: conditions.join(' AND '),
      ExpressionAttributeNames: {
        '#lease': leasePrefix + lease.id,
        ...(create && key.shard === 0 && { '#limit': 'limit' }),
      },
      ExpressionAttributeValues: values,
    });
    // Sent again after its answer was lost, it finds what it had made.
    const isRepeated = !answer.changed && after !== undefined && answer.item?.leases.get(lease.id) === after;
    return isRepeated ? { changed: true, item: answer.item } : answer;
  }

  /**
   * Moves the limit of an account to a later version. What is settled and held stays.
   *
   * @param alerted - the share of the new limit, in percent, that needs no telling any more
   */
  async moveLimit(
    { tenantId, account }: Pick<LedgerKey, 'tenantId' | 'account'>,
    limit: number,
    limitVersion: number,
    alerted: (settled: number) => number,
  ): Promise<LedgerItem | undefined> {
    const key = { tenantId, account, shard: 0 };
    for (;;) {
      const before = await this.read(key);
      if (!before || before.limitVersion >= limitVersion) return before;
      const { changed, item } = await this.#update(key, {
        UpdateExpression: `SET available = available + :change, #limit = :limit, limitVersion = :version, alerted = :alerted, ${countWrite} REMOVE exhaustedAtMs`,
        ConditionExpression: 'limitVersion = :before',
        ExpressionAttributeNames: { '#limit': 'limit' },
        ExpressionAttributeValues: {
          ...oneAndZero,
          ':change': number(limit - (before.limit ?? 0)),
          ':limit': number(limit),
          ':version': number(limitVersion),
          ':before': number(before.limitVersion),
          ':alerted': number(alerted(before.settled)),
        },
      });
      if (changed) return item;
    }
  }

  /** Notes that somebody is being told of a share of the limit. @returns the item for the one who is to tell it */
  async claimAlert(
    { tenantId, account }: Pick<LedgerKey, 'tenantId' | 'account'>,
    percent: number,
    atMs: number,
  ): Promise<LedgerItem | undefined> {
    const { changed, item } = await this.#update(
      { tenantId, account, shard: 0 },
      {
        UpdateExpression: 'SET alerted = :percent, alertedAtMs = :at',
        ConditionExpression:
          'attribute_exists(available) AND (attribute_not_exists(alerted) OR alerted < :percent)',
        ExpressionAttributeValues: { ':percent': number(percent), ':at': number(atMs) },
      },
    );
    return changed ? item : undefined;
  }

  /** Notes that somebody is being told that the account is used up. */
  async claimExhausted(
    { tenantId, account }: Pick<LedgerKey, 'tenantId' | 'account'>,
    atMs: number,
  ): Promise<LedgerItem | undefined> {
    const { changed, item } = await this.#update(
      { tenantId, account, shard: 0 },
      {
        UpdateExpression: 'SET exhaustedAtMs = :at',
        ConditionExpression: 'attribute_exists(available) AND attribute_not_exists(exhaustedAtMs)',
        ExpressionAttributeValues: { ':at': number(atMs) },
      },
    );
    return changed ? item : undefined;
  }

  /** Makes an account consist of more items. @returns the first of them, whoever made more */
  async split(
    { tenantId, account }: Pick<LedgerKey, 'tenantId' | 'account'>,
    before: number,
    after: number,
  ): Promise<LedgerItem | undefined> {
    const { item } = await this.#update(
      { tenantId, account, shard: 0 },
      {
        UpdateExpression: 'SET shards = :after',
        ConditionExpression: `attribute_exists(available) AND (shards = :before${before === 1 ? ' OR attribute_not_exists(shards)' : ''})`,
        ExpressionAttributeValues: { ':before': number(before), ':after': number(after) },
      },
    );
    return item;
  }

  /** Takes an amount from an item to bring it to another: the first of three steps. One at a time for each pair. */
  async send(from: LedgerKey, to: number, amount: number): Promise<LedgerAnswer> {
    return await this.#update(from, {
      UpdateExpression: `SET available = available - :amount, #out = :amount, #sequence = if_not_exists(#sequence, :zero) + :one, ${countWrite}`,
      ConditionExpression: 'available >= :amount AND attribute_not_exists(#out)',
      ExpressionAttributeNames: {
        '#out': `${outgoingPrefix}${to}`,
        '#sequence': `${outgoingSequencePrefix}${to}`,
      },
      ExpressionAttributeValues: { ...oneAndZero, ':amount': number(amount) },
    });
  }

  /**
   * The second step: the amount arrives, once, however often and late this is repeated: the sequence of the pair only
   * ever grows.
   */
  async receive(
    to: LedgerKey,
    from: number,
    { sequence, amount }: Transfer,
    removeAtSeconds: number | undefined,
  ): Promise<LedgerAnswer> {
    return await this.#update(to, {
      UpdateExpression: `SET available = if_not_exists(available, :zero) + :amount, settled = if_not_exists(settled, :zero), #in = :sequence, ${countWrite}${
        removeAtSeconds === undefined ? '' : ', expiresAt = :removeAt'
      }`,
      ConditionExpression: sequence === 1 ? 'attribute_not_exists(#in)' : '#in = :before',
      ExpressionAttributeNames: { '#in': `${arrivedPrefix}${from}` },
      ExpressionAttributeValues: {
        ...oneAndZero,
        ':amount': number(amount),
        ':sequence': number(sequence),
        ...(sequence > 1 && { ':before': number(sequence - 1) }),
        ...(removeAtSeconds !== undefined && { ':removeAt': number(removeAtSeconds) }),
      },
    });
  }

  /** The third step: the amount is not on its way any more. */
  async forgetSent(from: LedgerKey, to: number, { sequence }: Transfer): Promise<void> {
    await this.#update(from, {
      UpdateExpression: 'REMOVE #out',
      ConditionExpression: 'attribute_exists(#out) AND #sequence = :sequence',
      ExpressionAttributeNames: {
        '#out': `${outgoingPrefix}${to}`,
        '#sequence': `${outgoingSequencePrefix}${to}`,
      },
      ExpressionAttributeValues: { ':sequence': number(sequence) },
    });
  }

  /** Notes an account, before it is made, so that it can be found without knowing of it. */
  async note(
    tenantId: string,
    { account, periodEndMs }: NotedAccount,
    removeAtSeconds?: number,
  ): Promise<void> {
    await this.#clientFor(tenantId).putItem({
      TableName: this.#tableName,
      Item: {
        ...noteKey(tenantId, account, periodEndMs),
        ...(removeAtSeconds !== undefined && { expiresAt: number(removeAtSeconds) }),
      },
    });
  }

  /** The accounts that are noted, by the ends of their periods. */
  async listNoted(tenantId: string, limit: number, after?: string): Promise<NotedPage> {
    const { items, next } = await queryPage(this.#clientFor(tenantId), {
      tableName: this.#tableName,
      partition: notesPartition(tenantId),
      after,
      limit,
    });
    const accounts = items.map(({ sort }) => readNote(sort?.S ?? ''));
    return { accounts, ...(next !== undefined && { next }) };
  }

  async forgetNoted(tenantId: string, { account, periodEndMs }: NotedAccount): Promise<void> {
    await this.#clientFor(tenantId).deleteItem({
      TableName: this.#tableName,
      Key: noteKey(tenantId, account, periodEndMs),
    });
  }

  /** Where the last sweep of the noted accounts ended; undefined where it came to the end. */
  async readCursor(tenantId: string): Promise<string | undefined> {
    const { Item: item } = await this.#clientFor(tenantId).getItem({
      TableName: this.#tableName,
      Key: cursorKey(tenantId),
    });
    return item?.after?.S;
  }

  async writeCursor(tenantId: string, after: string | undefined): Promise<void> {
    await this.#clientFor(tenantId).putItem({
      TableName: this.#tableName,
      Item: { ...cursorKey(tenantId), ...(after !== undefined && { after: { S: after } }) },
    });
  }

  async #update(
    key: LedgerKey,
    update: Pick<
      UpdateItemInput,
      'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
    >,
  ): Promise<LedgerAnswer> {
    try {
      const { Attributes: item } = await this.#clientFor(key.tenantId).updateItem({
        TableName: this.#tableName,
        Key: keyOf(key),
        ...update,
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return { changed: true, item: item && readItem(item) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // Not every implementation tells what it found.
      return { changed: false, item: error.Item ? readItem(error.Item) : await this.read(key) };
    }
  }
}

/** The item, or the whole table, takes no more writes at the moment. */
export function isThrottling(error: unknown): boolean {
  return error instanceof Error && throttlingErrors.has(error.name);
}

const throttlingErrors: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

const oneAndZero: Item = { ':one': number(1), ':zero': number(0) };
const countWrite = 'writes = if_not_exists(writes, :zero) + :one';

/** Each shard has a partition of its own: a partition takes no more writes than an item. */
function keyOf({ tenantId, account, shard }: LedgerKey) {
  const partition = `${tenantId}#account#${account}`;
  return { partition: { S: shard === 0 ? partition : `${partition}/${shard}` }, sort: accountSort };
}

function cursorKey(tenantId: string) {
  return { partition: { S: `${tenantId}#sweep` }, sort: { S: 'cursor' } };
}

function notesPartition(tenantId: string): string {
  return `${tenantId}#accounts`;
}

function noteKey(tenantId: string, account: string, periodEndMs: number | undefined) {
  const end = periodEndMs === undefined ? noEnd : new Date(periodEndMs).toISOString();
  return { partition: { S: notesPartition(tenantId) }, sort: { S: `${end}#${account}` } };
}

function readNote(sort: string): NotedAccount {
  const at = sort.indexOf('#');
  const end = sort.slice(0, at);
  return { account: sort.slice(at + 1), periodEndMs: end === noEnd ? undefined : Date.parse(end) };
}
