import type { AttributeValue } from './aws/dynamodb.ts';

export type Item = Record<string, AttributeValue>;

/** A part of an account that a process holds: for one request, or for all that it expects in the next second. */
export interface LeaseState {
  /** Held still. */
  readonly amount: number;
  /** Moved from it to what is settled, so far. */
  readonly spent: number;
  /** Grows with every write: no two states of a lease are the same. */
  readonly sequence: number;
  readonly createdAtMs: number;
  /** From then on its process is taken for dead. */
  readonly expiresAtMs: number;
}

/** One item of an account; an account that is written to very often has several, its shards. */
export interface LedgerItem {
  /** Of the whole account; only the first shard has one. */
  readonly limit: number | undefined;
  readonly limitVersion: number;
  readonly available: number;
  readonly settled: number;
  /** How often the item was written. */
  readonly writes: number;
  /** Of how many items the account consists; only the first shard knows. */
  readonly shards: number;
  readonly alertedPercent: number;
  readonly alertedAtMs: number | undefined;
  readonly exhaustedAtMs: number | undefined;
  /** The state of a lease as it is stored, by the lease's id. */
  readonly leases: ReadonlyMap<string, string>;
  /** What is on its way to other shards. */
  readonly outgoing: ReadonlyMap<number, Transfer>;
  /** The sequence of the last transfer that arrived, by the shard it came from. */
  readonly arrived: ReadonlyMap<number, number>;
}

export interface Transfer {
  readonly sequence: number;
  readonly amount: number;
}

export const leasePrefix = 'lease-';
export const outgoingPrefix = 'out-';
export const outgoingSequencePrefix = 'outSequence-';
export const arrivedPrefix = 'in-';

/** Short, as every write is paid for by the size of the whole item. */
export function encodeLease({ amount, spent, sequence, createdAtMs, expiresAtMs }: LeaseState): string {
  return `${amount} ${spent} ${sequence} ${createdAtMs} ${expiresAtMs}`;
}

export function decodeLease(text: string): LeaseState {
  const [amount = 0, spent = 0, sequence = 0, createdAtMs = 0, expiresAtMs = 0] = text.split(' ').map(Number);
  return { amount, spent, sequence, createdAtMs, expiresAtMs };
}

export function number(value: number): AttributeValue {
  return { N: String(value) };
}

export function readItem(item: Item): LedgerItem {
  const leases = new Map<string, string>();
  const outgoing = new Map<number, Transfer>();
  const arrived = new Map<number, number>();
  for (const [name, value] of Object.entries(item)) {
    if (name.startsWith(leasePrefix)) leases.set(name.slice(leasePrefix.length), value.S ?? '');
    else if (name.startsWith(arrivedPrefix)) {
      arrived.set(Number(name.slice(arrivedPrefix.length)), Number(value.N));
    } else if (name.startsWith(outgoingPrefix)) {
      const shard = name.slice(outgoingPrefix.length);
      const sequence = Number(item[`${outgoingSequencePrefix}${shard}`]?.N);
      outgoing.set(Number(shard), { sequence, amount: Number(value.N) });
    }
  }
  return {
    limit: optional(item.limit),
    limitVersion: Number(item.limitVersion?.N ?? 0),
    available: Number(item.available?.N ?? 0),
    settled: Number(item.settled?.N ?? 0),
    writes: Number(item.writes?.N ?? 0),
    shards: Number(item.shards?.N ?? 1),
    alertedPercent: Number(item.alerted?.N ?? 0),
    alertedAtMs: optional(item.alertedAtMs),
    exhaustedAtMs: optional(item.exhaustedAtMs),
    leases,
    outgoing,
    arrived,
  };
}

function optional(value: AttributeValue | undefined): number | undefined {
  return value?.N === undefined ? undefined : Number(value.N);
}

/** What the leases of an item hold. */
export function heldIn({ leases }: Pick<LedgerItem, 'leases'>): number {
  let held = 0;
  for (const text of leases.values()) held += decodeLease(text).amount;
  return held;
}
