import { BatchWriter } from './batch-writer.ts';
import type { ClientFor } from './client-for.ts';
import { RecentValues } from './recent-values.ts';
import { requestPartition } from './request-id.ts';

/** The part of a request's life that an item records. In time order, so that a query returns them in it. */
export type RecordPhase = 'intent' | 'outcome' | 'refused';

const sortSuffix: Readonly<Record<RecordPhase, string>> = {
  intent: '1-intent',
  outcome: '2-outcome',
  refused: '3-refused',
};

/** Tables of records are kept for this long unless a retention policy says otherwise. */
const retentionDays = 400;
/** A writer that is forgotten still writes what it holds. */
const mostWriters = 1_000;

/**
 * The table of request records: one item before a model is called, one after. Items are only ever added, never
 * changed, so a crash between the two leaves an intent without an outcome: visible, and settled later.
 */
export class RequestStore {
  /** By tenant: a batch travels with one tenant's credentials. */
  readonly #writers: RecentValues<BatchWriter>;

  constructor(tableName: string, clientFor: ClientFor) {
    this.#writers = new RecentValues(
      mostWriters,
      (tenantId) => new BatchWriter(clientFor(tenantId), tableName),
    );
  }

  /** Resolves when the record is durably stored. `record` must be plain JSON data without keys or prompts. */
  put(tenantId: string, requestId: string, phase: RecordPhase, record: object): Promise<void> {
    const item = {
      partition: { S: requestPartition(tenantId, requestId) },
      sort: { S: `${requestId}#${sortSuffix[phase]}` },
      record: { S: JSON.stringify(record) },
      expiresAt: { N: String(Math.floor(Date.now() / 1000) + retentionDays * 86_400) },
    };
    // A call waits for its intent; nobody waits for what comes after.
    return this.#writers.get(tenantId).put(item, phase === 'intent' ? 'now' : 'soon');
  }
}
