import type { FunctionEnvironment } from '../config/environment.ts';
import type { Configuration } from '../config/schema.ts';
import { type Job, Jobs } from '../jobs/index.ts';
import { DocumentStore } from '../storage/document-store.ts';
import { JobContentStore } from '../storage/job-content-store.ts';
import { JobQueue } from '../storage/job-queue.ts';
import { JobStore } from '../storage/job-store.ts';
import { TenantCipher } from '../storage/tenant-cipher.ts';
import type { TenantClients } from '../storage/tenant-clients.ts';
import { TenantObjectStore } from '../storage/tenant-object-store.ts';
import { WorkingTenants } from '../storage/working-tenants.ts';

/** What a function that makes, runs or sweeps jobs finds in its environment. */
export type JobEnvironment = Pick<
  FunctionEnvironment,
  'TENANCY_TABLE' | 'JOBS_TABLE' | 'OBJECTS_BUCKET' | 'DATA_KEY' | 'JOBS_QUEUE_URL'
>;

export interface CreateJobsOptions {
  readonly environment: JobEnvironment;
  readonly tenants: TenantClients;
  readonly limits: Pick<Configuration['limits'], 'maxBodyBytes'>;
}

/** Answers of models are bounded by no limit of ours; what is larger than this is none. */
const largestAnswerBytes = 64 * 1_024 * 1_024;

/** What encrypting a content adds to it. */
const cipherBytes = 4_096;

/** Makes the jobs from what a function is given. */
export function createJobs({ environment, tenants, limits }: CreateJobsOptions): Jobs {
  const { clientFor, credentialsFor } = tenants;
  const { JOBS_TABLE: tableName } = environment;
  return new Jobs({
    store: new JobStore<Job>(tableName, clientFor),
    contents: new JobContentStore({
      tableName,
      clientFor,
      cipher: new TenantCipher({ credentialsFor, keyFor: () => environment.DATA_KEY }),
      objects: new TenantObjectStore({
        credentialsFor,
        bucketName: environment.OBJECTS_BUCKET,
        mostBytes: Math.max(limits.maxBodyBytes, largestAnswerBytes) + cipherBytes,
      }),
    }),
    queue: new JobQueue(environment.JOBS_QUEUE_URL),
    documents: new DocumentStore(environment.TENANCY_TABLE, clientFor),
    workingTenants: new WorkingTenants(tableName, clientFor),
  });
}
