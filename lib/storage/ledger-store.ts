import {
  type AttributeValue,
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { ClientFor } from './client-for.ts';

/** Where an account is kept: one amount of one tenant that is bounded over one period. */
export interface AccountKey {
  readonly tenantId: string;
  /** Unique in the tenant, the period included: for example `budget#b1#proj_1#2026-11`. */
  readonly id: string;
}

/** A part of an account that a process holds: to be settled by `expiresAtMs`. */
export interface LeaseItem {
  readonly amount: number;
  /** What was settled out of it so far, while it went on. */
  readonly spent: number;
  /** Grows with every change of the lease. */
  readonly sequence: number;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

/** An account as it is stored. `available` = limit − settled − the amounts of all leases. */
export interface AccountItem {
  /** Absent: the account is counted and not limited. */
  readonly limit?: number;
  /** Version of the definition that `limit` is from. */
  readonly limitVersion: number;
  readonly available: number;
  readonly settled: number;
  /** The highest threshold, in percent, that somebody was told of. */
  readonly alerted: number;
  readonly leases: ReadonlyMap<string, LeaseItem>;
}

/** What the account is, as the caller knows it: how it is made where it is not there yet. */
export interface AccountDefinition extends AccountKey {
  /** Null: counted, not limited. */
  readonly limit: number | null;
  readonly limitVersion: number;
  /** When the item may be removed, in epoch seconds: long after its period. */
  readonly removeAtSeconds: number;
}

export interface LeaseTaken {
  readonly taken: boolean;
  /** The account after the lease was taken, or as it was when that failed; undefined where it is not there. */
  readonly account: AccountItem | undefined;
}

export interface LeaseReport {
  readonly leaseId: string;
  /** The sequence and amount that the lease is known to have. */
  readonly sequence: number;
  readonly amount: number;
  /** Settled by this report. */
  readonly spent: number;
  /** Settled by all reports of the lease, this one included. */
  readonly spentInAll: number;
  /** What the lease holds afterwards; undefined ends it, and what is left goes back to the account. */
  readonly keep?: { readonly amount: number; readonly expiresAtMs: number };
}

const leasePrefix = 'lease-';
/** Notes are read by sweeps; leases last for less than half an hour. */
const noteHours = 6;

/**
 * The table of amounts that are held and spent. Every change is one conditional write to one item, and can be repeated:
 * a lease is taken once under its id, and each report of it applies once by its sequence.
 */
export class LedgerStore {
  readonly #tableName: string;
  readonly #clientFor: ClientFor;

  constructor(tableName: string, clientFor: ClientFor) {
    this.#tableName = tableName;
    this.#clientFor = clientFor;
  }

  async read(account: AccountKey): Promise<AccountItem | undefined> {
    const { Item: item } = await this.#clientFor(account.tenantId).send(
      new GetItemCommand({ TableName: this.#tableName, Key: keyOf(account), ConsistentRead: true }),
    );
    return item && readAccount(item);
  }

  /** Takes a lease if the account has the amount; makes the account where it is not there. */
  async take(account: AccountDefinition, leaseId: string, lease: LeaseItem): Promise<LeaseTaken> {
    const { limit, limitVersion, removeAtSeconds } = account;
    const conditions = ['attribute_not_exists(#lease)'];
    if (limit !== null) {
      // An account that is not there yet has its limit, so an amount above that must not make it.
      conditions.push(
        lease.amount <= limit
          ? '(attribute_not_exists(available) OR available >= :amount)'
          : 'available >= :amount',
        '(attribute_not_exists(limitVersion) OR limitVersion >= :version)',
      );
    }
    const base = limit ?? 0;
    try {
      const { Attributes: attributes } = await this.#clientFor(account.tenantId).send(
        new UpdateItemCommand({
          TableName: this.#tableName,
          Key: keyOf(account),
          UpdateExpression: [
            'SET available = if_not_exists(available, :base) - :amount',
            'settled = if_not_exists(settled, :zero)',
            'limitVersion = if_not_exists(limitVersion, :version)',
            'alerted = if_not_exists(alerted, :zero)',
            'expiresAt = :removeAt',
            '#lease = :lease',
            ...(limit === null ? [] : ['#limit = if_not_exists(#limit, :base)']),
          ].join(', '),
          ConditionExpression: conditions.join(' AND '),
          ExpressionAttributeNames: {
            '#lease': `${leasePrefix}${leaseId}`,
            ...(limit !== null && { '#limit': 'limit' }),
          },
          ExpressionAttributeValues: {
            ':base': number(base),
            ':amount': number(lease.amount),
            ':zero': number(0),
            ':version': number(limitVersion),
            ':removeAt': number(removeAtSeconds),
            ':lease': writeLease(lease),
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return { taken: true, account: attributes && readAccount(attributes) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // Not every implementation tells the item with the refusal. It also tells whether a repeated write had gone through.
      const found = await this.read(account);
      return { taken: found?.leases.has(leaseId) ?? false, account: found };
    }
  }

  /**
   * Settles what was spent out of a lease, and keeps or ends it.
   *
   * @returns the account afterwards; undefined where the lease is not as it is known: it was reported already, or swept
   */
  async report(account: AccountKey, report: LeaseReport): Promise<AccountItem | undefined> {
    const { leaseId, sequence, amount, spent, spentInAll, keep } = report;
    const name = { '#lease': `${leasePrefix}${leaseId}`, '#sequence': 'sequence' };
    const returned = amount - spent - (keep?.amount ?? 0);
    try {
      const { Attributes: attributes } = await this.#clientFor(account.tenantId).send(
        new UpdateItemCommand({
          TableName: this.#tableName,
          Key: keyOf(account),
          UpdateExpression: keep
            ? 'SET settled = settled + :spent, available = available + :returned, #lease.#sequence = :next, ' +
              '#lease.amount = :keep, #lease.spent = :spentInAll, #lease.expiresAtMs = :expiresAt'
            : 'SET settled = settled + :spent, available = available + :returned REMOVE #lease',
          ConditionExpression: '#lease.#sequence = :sequence',
          ExpressionAttributeNames: name,
          ExpressionAttributeValues: {
            ':spent': number(spent),
            ':returned': number(returned),
            ':sequence': number(sequence),
            ...(keep && {
              ':next': number(sequence + 1),
              ':keep': number(keep.amount),
              ':spentInAll': number(spentInAll),
              ':expiresAt': number(keep.expiresAtMs),
            }),
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return attributes && readAccount(attributes);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      if (!keep) return undefined;
      // A write whose answer was lost is sent again; then the lease is already as it was to become.
      const found = await this.read(account);
      return found?.leases.get(leaseId)?.sequence === sequence + 1 ? found : undefined;
    }
  }

  /**
   * Moves an account to a newer limit; what is spent and held stays.
   *
   * @returns the account afterwards, whoever moved it; undefined where there is none
   */
  async changeLimit(
    account: AccountKey,
    limit: number | null,
    limitVersion: number,
  ): Promise<AccountItem | undefined> {
    for (;;) {
      const before = await this.read(account);
      if (!before || before.limitVersion >= limitVersion) return before;
      try {
        const { Attributes: attributes } = await this.#clientFor(account.tenantId).send(
          new UpdateItemCommand({
            TableName: this.#tableName,
            Key: keyOf(account),
            UpdateExpression:
              'SET available = available + :change, limitVersion = :version' +
              (limit === null ? ' REMOVE #limit' : ', #limit = :limit'),
            ConditionExpression: 'limitVersion = :before',
            ExpressionAttributeNames: { '#limit': 'limit' },
            ExpressionAttributeValues: {
              ':change': number((limit ?? 0) - (before.limit ?? 0)),
              ':version': number(limitVersion),
              ':before': number(before.limitVersion),
              ...(limit !== null && { ':limit': number(limit) }),
            },
            ReturnValues: 'ALL_NEW',
          }),
        );
        return attributes && readAccount(attributes);
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    }
  }

  /** True for the one caller who is to tell that the account reached this many percent. */
  async claimAlert(account: AccountKey, percent: number): Promise<boolean> {
    try {
      await this.#clientFor(account.tenantId).send(
        new UpdateItemCommand({
          TableName: this.#tableName,
          Key: keyOf(account),
          UpdateExpression: 'SET alerted = :percent',
          ConditionExpression: 'alerted < :percent',
          ExpressionAttributeValues: { ':percent': number(percent) },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  /** Notes that an account has or had leases at this time, so that a sweep finds those that a dead process left. */
  async note(account: AccountKey, atMs: number): Promise<void> {
    await this.#clientFor(account.tenantId).send(
      new PutItemCommand({
        TableName: this.#tableName,
        Item: {
          partition: { S: notesPartition(account.tenantId, atMs) },
          sort: { S: account.id },
          expiresAt: number(Math.floor(atMs / 1_000) + noteHours * 3_600),
        },
      }),
    );
  }

  /** The accounts that had leases in the hour of this time. */
  async *notedAccounts(tenantId: string, atMs: number): AsyncGenerator<AccountKey> {
    let from: Record<string, AttributeValue> | undefined;
    do {
      const { Items: items = [], LastEvaluatedKey: last } = await this.#clientFor(tenantId).send(
        new QueryCommand({
          TableName: this.#tableName,
          KeyConditionExpression: '#partition = :partition',
          ExpressionAttributeNames: { '#partition': 'partition' },
          ExpressionAttributeValues: { ':partition': { S: notesPartition(tenantId, atMs) } },
          ...(from && { ExclusiveStartKey: from }),
        }),
      );
      for (const item of items) yield { tenantId, id: item.sort?.S ?? '' };
      from = last;
    } while (from);
  }
}

function keyOf({ tenantId, id }: AccountKey) {
  return { partition: { S: `${tenantId}#account#${id}` }, sort: { S: 'account' } };
}

function notesPartition(tenantId: string, atMs: number): string {
  return `${tenantId}#leases#${new Date(atMs).toISOString().slice(0, 13)}`;
}

function number(value: number): AttributeValue {
  return { N: String(value) };
}

function writeLease({ amount, spent, sequence, createdAtMs, expiresAtMs }: LeaseItem): AttributeValue {
  return {
    M: {
      amount: number(amount),
      spent: number(spent),
      sequence: number(sequence),
      createdAtMs: number(createdAtMs),
      expiresAtMs: number(expiresAtMs),
    },
  };
}

function readAccount(item: Record<string, AttributeValue>): AccountItem {
  const leases = new Map<string, LeaseItem>();
  for (const [name, { M: lease }] of Object.entries(item)) {
    if (!lease || !name.startsWith(leasePrefix)) continue;
    leases.set(name.slice(leasePrefix.length), {
      amount: Number(lease.amount?.N),
      spent: Number(lease.spent?.N),
      sequence: Number(lease.sequence?.N),
      createdAtMs: Number(lease.createdAtMs?.N),
      expiresAtMs: Number(lease.expiresAtMs?.N),
    });
  }
  return {
    ...(item.limit?.N !== undefined && { limit: Number(item.limit.N) }),
    limitVersion: Number(item.limitVersion?.N),
    available: Number(item.available?.N),
    settled: Number(item.settled?.N),
    alerted: Number(item.alerted?.N ?? 0),
    leases,
  };
}
