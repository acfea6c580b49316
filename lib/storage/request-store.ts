import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriter } from './batch-writer.ts';
import { sharedDynamoDbClient } from './dynamodb-client.ts';
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

/**
 * The table of request records: one item before a model is called, one after. Items are only ever added, never
 * changed, so a crash between the two leaves an intent without an outcome: visible, and settled later.
 */
export class RequestStore {
  readonly #writer: BatchWriter;

  constructor(tableName: string, client: DynamoDBClient = sharedDynamoDbClient()) {
    this.#writer = new BatchWriter(client, tableName);
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
    return this.#writer.put(item, phase === 'intent' ? 'now' : 'soon');
  }
}
