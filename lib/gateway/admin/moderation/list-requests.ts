import type { Job, JobState, Jobs } from '../../../jobs/index.ts';

export interface RequestFilter {
  readonly status: JobState;
  readonly category?: string;
  readonly projectId?: string;
  readonly limit: number;
  /** The id of the request after which to go on. */
  readonly after?: string;
}

export interface RequestPage {
  readonly requests: readonly Job[];
  readonly hasMore: boolean;
  /** Where to go on: the last request looked at, which need not be one of the page. */
  readonly lastId: string | undefined;
}

const readAtOnce = 100;
/** At most this many reads per page: a rare category ends a page early instead of keeping the caller waiting. */
const mostReads = 10;
const openStates: ReadonlySet<JobState> = new Set(['held', 'queued', 'running']);

/** Requests that were ever held, the oldest first. */
export async function listRequests(
  tenantId: string,
  filter: RequestFilter,
  jobs: Jobs,
): Promise<RequestPage> {
  const requests: Job[] = [];
  let cursor = filter.after;
  for (let reads = 0; reads < mostReads; reads += 1) {
    const { found, next } = await read(tenantId, filter.status, cursor, jobs);
    for (const job of found) {
      if (!matches(job, filter)) continue;
      if (requests.length === filter.limit) return { requests, hasMore: true, lastId: requests.at(-1)?.id };
      requests.push(job);
    }
    if (next === undefined) return { requests, hasMore: false, lastId: requests.at(-1)?.id };
    cursor = next;
  }
  // All between the last of a full page and the cursor were looked at and did not match.
  return { requests, hasMore: true, lastId: cursor };
}

/** What is open is found by its entries, however many jobs have ended. */
async function read(tenantId: string, status: JobState, after: string | undefined, jobs: Jobs) {
  const options = { limit: readAtOnce, ...(after !== undefined && { after }) };
  if (!openStates.has(status)) {
    const { items, next } = await jobs.store.list(tenantId, options);
    return { found: items.map(({ job }) => job), next };
  }
  const { items, next } = await jobs.store.listOpen(tenantId, options);
  const stored = await jobs.store.getAll(tenantId, [...new Set(items.map(({ jobId }) => jobId))]);
  return { found: stored.map(({ job }) => job), next };
}

function matches(job: Job, { status, category, projectId }: RequestFilter): boolean {
  return (
    job.moderation !== undefined &&
    job.state === status &&
    (projectId === undefined || job.projectId === projectId) &&
    (category === undefined || job.moderation.findings.some((finding) => finding.category === category))
  );
}
