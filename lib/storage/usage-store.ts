import { gunzipSync, gzipSync } from 'node:zlib';
import type { AttributeValue, QueryOutput } from './aws/dynamodb.ts';
import { BatchWriter } from './batch-writer.ts';
import type { ClientFor } from './client-for.ts';
import type { TimeRange } from './time-range.ts';
import { hourName, usagePartition } from './usage-key.ts';

/** What was counted of an hour, as the domain that counts it wrote it. */
export interface CountedHour {
  readonly startMs: number;
  readonly rows: unknown;
}

/** An outcome that was filed after its hour may have been counted. */
export interface LateOutcome {
  readonly requestId: string;
  readonly record: Readonly<Record<string, unknown>>;
}

export interface CountedHours {
  readonly hours: readonly CountedHour[];
  readonly late: readonly LateOutcome[];
}

const hourMs = 3_600_000;
/** As long as the records that were counted. */
const retentionMs = 400 * 86_400_000;
/** Changes when rows change their form: what was counted in another form is counted again. */
const form = '1';
/** Items hold 400 KB at most. An hour with more in it is counted anew each time. */
const maxItemBytes = 380 * 1_024;

/**
 * The usage of closed hours, counted once: in the table of request records, one item per tenant and hour. The same hour
 * counted twice, or by two at once, gives the same item.
 */
export class UsageStore {
  readonly #tableName: string;
  readonly #clientFor: ClientFor;

  constructor(tableName: string, clientFor: ClientFor) {
    this.#tableName = tableName;
    this.#clientFor = clientFor;
  }

  /** What has been counted of the hours in a range, which begins and ends with an hour. */
  async read(tenantId: string, { fromMs, toMs }: TimeRange): Promise<CountedHours> {
    const hours: CountedHour[] = [];
    const late: LateOutcome[] = [];
    if (toMs <= fromMs) return { hours, late };
    let start: Record<string, AttributeValue> | undefined;
    do {
      const page: QueryOutput = await this.#clientFor(tenantId).query({
        TableName: this.#tableName,
        KeyConditionExpression: '#partition = :partition AND sort BETWEEN :from AND :to',
        ExpressionAttributeNames: { '#partition': 'partition' },
        ExpressionAttributeValues: {
          ':partition': { S: usagePartition(tenantId) },
          ':from': { S: hourName(fromMs) },
          // Behind all that begins with the last hour's name.
          ':to': { S: `${hourName(toMs - hourMs)}~` },
        },
        ...(start && { ExclusiveStartKey: start }),
        ConsistentRead: true,
      });
      for (const item of page.Items ?? []) {
        const [hour = '', kind, requestId = ''] = (item.sort?.S ?? '').split('#');
        if (kind === 'late') late.push({ requestId, record: JSON.parse(item.record?.S ?? '{}') });
        else if (item.form?.S === form && item.rows?.B) {
          hours.push({
            startMs: Date.parse(`${hour}:00:00Z`),
            rows: JSON.parse(gunzipSync(item.rows.B).toString()),
          });
        }
      }
      start = page.LastEvaluatedKey;
    } while (start);
    return { hours, late };
  }

  /** Keeps what was counted. An hour that is too large is not kept. */
  async write(tenantId: string, hours: readonly CountedHour[]): Promise<void> {
    const writer = new BatchWriter(this.#clientFor(tenantId), this.#tableName);
    await Promise.all(
      hours.map(async ({ startMs, rows }) => {
        const packed = gzipSync(JSON.stringify(rows));
        if (packed.byteLength > maxItemBytes) return;
        await writer.put({
          partition: { S: usagePartition(tenantId) },
          sort: { S: hourName(startMs) },
          form: { S: form },
          rows: { B: packed },
          expiresAt: { N: String(Math.floor((startMs + retentionMs) / 1_000)) },
        });
      }),
    );
  }
}
