import type { FunctionEnvironment } from '../config/environment.ts';
import { type Job, Jobs } from '../jobs/index.ts';
import { DocumentStore } from '../storage/document-store.ts';
import { JobContentStore } from '../storage/job-content-store.ts';
import { JobQueue } from '../storage/job-queue.ts';
import { JobStore } from '../storage/job-store.ts';
import type { TenantStorage } from '../storage/tenant-storage.ts';
import { WorkingTenants } from '../storage/working-tenants.ts';

/** What a function that makes, runs or sweeps jobs finds in its environment. */
export type JobEnvironment = Pick<FunctionEnvironment, 'TENANCY_TABLE' | 'JOBS_TABLE' | 'JOBS_QUEUE_URL'>;

/** Makes the jobs from what a function is given. */
export function createJobs(environment: JobEnvironment, storage: TenantStorage): Jobs {
  const { clientFor, cipher, objects } = storage;
  const { JOBS_TABLE: tableName } = environment;
  return new Jobs({
    store: new JobStore<Job>(tableName, clientFor),
    contents: new JobContentStore({ tableName, clientFor, cipher, objects }),
    queue: new JobQueue(environment.JOBS_QUEUE_URL),
    documents: new DocumentStore(environment.TENANCY_TABLE, clientFor),
    workingTenants: new WorkingTenants(tableName, clientFor),
  });
}
