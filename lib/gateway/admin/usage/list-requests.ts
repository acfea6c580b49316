import { requestTimeMs } from '../../../storage/request-id.ts';
import type { RequestReader, StoredRecord } from '../../../storage/request-reader.ts';
import type { TimeRange } from '../../../storage/time-range.ts';

/** All that was recorded of a request. */
export interface RecordedRequest {
  readonly id: string;
  readonly records: readonly StoredRecord[];
}

export interface WantedRequests {
  readonly range: TimeRange;
  readonly limit: number;
  /** Only requests older than this one. */
  readonly after?: string;
  /** What a record has to say. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface RequestPage {
  readonly requests: readonly RecordedRequest[];
  readonly hasMore: boolean;
  /** Where to go on, where that is not behind the last of the page. */
  readonly lastId?: string;
}

/** At most this many requests are looked at for a page: a rare filter ends it early. */
const mostLookedAt = 2_000;
/** At most this many days without a request are passed over for a page. */
const mostDays = 31;
const dayMs = 86_400_000;

/** A page of a tenant's requests, the newest first. */
export async function listRequests(
  reader: Pick<RequestReader, 'newestFirst'>,
  tenantId: string,
  wanted: WantedRequests,
): Promise<RequestPage> {
  const { range, limit, after } = wanted;
  const untilMs = Math.min(range.toMs, after === undefined ? range.toMs : requestTimeMs(after) + 1);
  const looked = { fromMs: Math.max(range.fromMs, untilMs - mostDays * dayMs), toMs: untilMs };
  const requests: RecordedRequest[] = [];
  let lookedAt = 0;
  let lastId: string | undefined;
  for await (const request of byRequest(reader.newestFirst(tenantId, looked, after))) {
    if (requests.length === limit) return { requests, hasMore: true };
    lookedAt += 1;
    if (lookedAt > mostLookedAt) return { requests, hasMore: true, ...(lastId && { lastId }) };
    lastId = request.id;
    if (matches(request, wanted.facts)) requests.push(request);
  }
  if (looked.fromMs <= range.fromMs) return { requests, hasMore: false };
  return { requests, hasMore: true, lastId: earliestId(looked.fromMs) };
}

/** Puts together what was recorded of one request. */
async function* byRequest(records: AsyncIterable<StoredRecord>): AsyncGenerator<RecordedRequest> {
  let own: StoredRecord[] = [];
  for await (const record of records) {
    const [first] = own;
    if (first && first.requestId !== record.requestId) {
      yield { id: first.requestId, records: own };
      own = [];
    }
    own.unshift(record);
  }
  const [first] = own;
  if (first) yield { id: first.requestId, records: own };
}

function matches({ records }: RecordedRequest, facts: WantedRequests['facts']): boolean {
  return Object.entries(facts).every(([name, value]) => records.some(({ record }) => record[name] === value));
}

/** An id that comes before all of a time, for a page that has no request of its own to go on from. */
function earliestId(ms: number): string {
  return `req_${ms.toString(16).padStart(12, '0')}${'0'.repeat(20)}`;
}
