import type { FunctionEnvironment } from '../config/environment.ts';
import type { Configuration } from '../config/schema.ts';
import { CountedContents, type Job, Jobs, tellTenant } from '../jobs/index.ts';
import type { UsageCaps } from '../policy/index.ts';
import type { DocumentStore } from '../storage/document-store.ts';
import { JobContentStore } from '../storage/job-content-store.ts';
import { JobQueue } from '../storage/job-queue.ts';
import { JobStore } from '../storage/job-store.ts';
import type { TenantStorage } from '../storage/tenant-storage.ts';
import type { WorkingTenants } from '../storage/working-tenants.ts';
import type { SettingsCache } from '../tenancy/index.ts';

/** What a function that makes, runs or sweeps jobs finds in its environment. */
export type JobEnvironment = Pick<FunctionEnvironment, 'JOBS_TABLE' | 'JOBS_QUEUE_URL'>;

export interface CreateJobsOptions {
  readonly environment: JobEnvironment;
  readonly deployment: Pick<Configuration, 'name' | 'tenants'>;
  readonly storage: TenantStorage;
  readonly documents: DocumentStore;
  readonly settings: SettingsCache;
  readonly workingTenants: WorkingTenants;
  /** Bounds what is stored of jobs. */
  readonly caps: UsageCaps;
}

/** Makes the jobs from what a function is given. */
export function createJobs({
  environment,
  deployment,
  storage,
  documents,
  settings,
  workingTenants,
  caps,
}: CreateJobsOptions): Jobs {
  const { clientFor, cipher, objects } = storage;
  const { JOBS_TABLE: tableName } = environment;
  return new Jobs({
    store: new JobStore<Job>(tableName, clientFor),
    contents: new CountedContents({
      contents: new JobContentStore({ tableName, clientFor, cipher, objects }),
      caps,
    }),
    queue: new JobQueue(environment.JOBS_QUEUE_URL, deployment),
    tell: (event) => tellTenant(event, { documents, settings }),
    workingTenants,
  });
}
