import { type Job, type JobStorage, Jobs } from '../../../lib/jobs/index.ts';
import { JobConflict, type OpenEntry } from '../../../lib/storage/job-store.ts';
import { implicitTenant, type Principal, TenantSettings } from '../../../lib/tenancy/index.ts';

export interface MemoryJobsOptions {
  /** Waits before an operation takes effect, and may throw in its place. */
  readonly before?: (operation: string) => Promise<void>;
}

export const caller: Principal = {
  kind: 'api-key',
  keyId: 'key-of-caller',
  tenantId: 'acme',
  homeTenantId: 'acme',
  projectId: 'search',
  role: 'member',
  permissions: new Set(['model:invoke']),
};

/** Of a tenant without caps. */
export const uncapped = new TenantSettings(implicitTenant(caller.tenantId));

export const findings = [{ guardrailId: 'safety', category: 'violence', score: 0.9 }];

/** Jobs over storage in memory that behaves as DynamoDB does, with a clock that the test moves. */
export function memoryJobs({ before = async () => undefined }: MemoryJobsOptions = {}) {
  const clock = { nowMs: 1_700_000_000_000 };
  const items = new Map<string, { json: string; version: number }>();
  const open = new Map<string, OpenEntry>();
  const contents = new Map<string, Uint8Array>();
  const events = new Map<string, Record<string, unknown>>();
  const sent: { jobId: string; delayMs: number }[] = [];
  /** Every state that a job was ever in, in order. */
  const history: Job[] = [];
  const key = (tenantId: string, id: string) => `${tenantId}/${id}`;
  const put = (tenantId: string, id: string, job: Job, version: number) => {
    items.set(key(tenantId, id), { json: JSON.stringify(job), version });
    history.push(structuredClone(job));
  };
  const get = (tenantId: string, id: string) => {
    const item = items.get(key(tenantId, id));
    return item && { job: JSON.parse(item.json) as Job, version: item.version };
  };
  const store: JobStorage = {
    get: async (tenantId, id) => {
      await before('get');
      return get(tenantId, id);
    },
    getAll: async (tenantId, ids) => {
      await before('getAll');
      return ids.flatMap((id) => get(tenantId, id) ?? []);
    },
    list: async (tenantId) => {
      await before('list');
      const ids = [...items.keys()].filter((name) => name.startsWith(`${tenantId}/`)).toSorted();
      return { items: ids.flatMap((name) => get(tenantId, name.slice(tenantId.length + 1)) ?? []) };
    },
    create: async (tenantId, id, job) => {
      await before('create');
      if (items.has(key(tenantId, id))) throw new JobConflict('it is there');
      put(tenantId, id, job, 1);
    },
    replace: async (tenantId, id, job, version) => {
      await before('replace');
      if (get(tenantId, id)?.version !== version) throw new JobConflict('it was changed');
      put(tenantId, id, job, version + 1);
    },
    remove: async (tenantId, id) => {
      await before('remove');
      items.delete(key(tenantId, id));
    },
    markOpen: async (tenantId, entry) => {
      await before('markOpen');
      open.set(key(tenantId, `${entry.jobId}#${entry.round}`), entry);
    },
    unmarkOpen: async (tenantId, { jobId, round }) => {
      await before('unmarkOpen');
      open.delete(key(tenantId, `${jobId}#${round}`));
    },
    listOpen: async (tenantId) => {
      await before('listOpen');
      return {
        items: [...open].filter(([name]) => name.startsWith(`${tenantId}/`)).map(([, entry]) => entry),
      };
    },
  };
  const jobs = new Jobs({
    store,
    contents: {
      put: async ({ tenantId }, name, bytes) => {
        await before('putContent');
        contents.set(key(tenantId, name), bytes);
      },
      get: async (tenantId, name) => {
        await before('getContent');
        return contents.get(key(tenantId, name));
      },
      names: async (tenantId, limit) => {
        await before('contentNames');
        const start = key(tenantId, '');
        const names = [...contents.keys()].filter((name) => name.startsWith(start));
        return names.slice(0, limit).map((name) => name.slice(start.length));
      },
      remove: async (tenantId, name) => {
        await before('removeContent');
        contents.delete(key(tenantId, name));
      },
    },
    queue: {
      send: async ({ jobId }, delayMs = 0) => {
        await before('send');
        sent.push({ jobId, delayMs });
      },
    },
    tell: async ({ tenantId, id, ...event }) => {
      await before('tell');
      events.set(key(tenantId, id), event);
    },
    workingTenants: { note: async () => before('noteTenant') },
    now: () => clock.nowMs,
  });
  return {
    jobs,
    clock,
    open,
    contents,
    events,
    sent,
    history,
    /** Holds a request of `caller`. */
    hold: (body = '{"model":"chat"}') =>
      jobs.hold({
        principal: caller,
        settings: uncapped,
        requestId: 'req_1',
        path: '/v1/chat/completions',
        model: 'chat',
        body: Buffer.from(body),
        holdMs: 7 * 86_400_000,
        findings,
      }),
    /** The job as it is stored. */
    stored: (job: Job) => get(job.tenantId, job.id)?.job,
  };
}
