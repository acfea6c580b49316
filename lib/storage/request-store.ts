import { ConditionalCheckFailedException } from './aws/dynamodb.ts';
import { BatchWriter } from './batch-writer.ts';
import type { ClientFor } from './client-for.ts';
import { RecentValues } from './recent-values.ts';
import { requestPartition, requestTimeMs } from './request-id.ts';
import { lateOutcomeKey } from './usage-key.ts';

/** The part of a request's life that an item records. In time order, so that a query returns them in it. */
export type RecordPhase = 'intent' | 'outcome' | 'refused';

/** How the sort key of a record ends, behind the request's id and a `#`. */
export const sortSuffix: Readonly<Record<RecordPhase, string>> = {
  intent: '1-intent',
  outcome: '2-outcome',
  refused: '3-refused',
};

/** Tables of records are kept for this long unless a retention policy says otherwise. */
const retentionDays = 400;
/** A writer that is forgotten still writes what it holds. */
const mostWriters = 1_000;
/**
 * No request takes longer than 15 minutes. An outcome that comes later than this, of a request whose process died, is
 * filed beside the hour's usage as well, which may have been counted by then.
 */
const lateAfterMs = 25 * 60_000;
/** Requests take at most 15 minutes; this is early enough also where clocks differ by the 5 that are allowed for. */
const mayBeLostAfterMs = 18 * 60_000;

/**
 * The table of request records: one item before a model is called, one after. Items are only ever added, never
 * changed, so a crash between the two leaves an intent without an outcome: visible, and settled later.
 */
export class RequestStore {
  readonly #tableName: string;
  readonly #clientFor: ClientFor;
  /** By tenant: a batch travels with one tenant's credentials. */
  readonly #writers: RecentValues<BatchWriter>;

  constructor(tableName: string, clientFor: ClientFor) {
    this.#tableName = tableName;
    this.#clientFor = clientFor;
    this.#writers = new RecentValues(
      mostWriters,
      (tenantId) => new BatchWriter(clientFor(tenantId), tableName),
    );
  }

  /**
   * Resolves when the record is durably stored. `record` must be plain JSON data without keys or prompts. An outcome that
   * comes so late that its process may have been taken for dead is stored only where none is: money was settled by that.
   */
  async put(tenantId: string, requestId: string, phase: RecordPhase, record: object): Promise<void> {
    const text = { S: JSON.stringify(record) };
    const expiresAt = { N: String(Math.floor(Date.now() / 1000) + retentionDays * 86_400) };
    const item = {
      partition: { S: requestPartition(tenantId, requestId) },
      sort: { S: `${requestId}#${sortSuffix[phase]}` },
      record: text,
      expiresAt,
    };
    if (phase === 'outcome' && Date.now() - requestTimeMs(requestId) > mayBeLostAfterMs) {
      await this.putLostOutcome(tenantId, requestId, record);
      return;
    }
    // A call waits for its intent; nobody waits for what comes after.
    await this.#writers.get(tenantId).put(item, phase === 'intent' ? 'now' : 'soon');
  }

  /**
   * Records the outcome of a request whose process died, or was taken for dead, unless there is one: of two that do so,
   * one does.
   *
   * @returns false where there is one
   */
  async putLostOutcome(tenantId: string, requestId: string, record: object): Promise<boolean> {
    const requestMs = requestTimeMs(requestId);
    const isLate = Date.now() - requestMs > lateAfterMs;
    const text = { S: JSON.stringify(record) };
    const expiresAt = { N: String(Math.floor(Date.now() / 1000) + retentionDays * 86_400) };
    try {
      await this.#clientFor(tenantId).putItem({
        TableName: this.#tableName,
        Item: {
          partition: { S: requestPartition(tenantId, requestId) },
          sort: { S: `${requestId}#${sortSuffix.outcome}` },
          record: text,
          expiresAt,
          ...(isLate && { late: { BOOL: true } }),
        },
        ConditionExpression: 'attribute_not_exists(sort)',
      });
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
    if (isLate) {
      await this.#clientFor(tenantId).putItem({
        TableName: this.#tableName,
        Item: { ...lateOutcomeKey(tenantId, requestId, requestMs), record: text, expiresAt },
      });
    }
    return true;
  }
}
