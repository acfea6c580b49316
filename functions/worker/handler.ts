import { readFileSync } from 'node:fs';
import { readEnvironment } from '../../lib/config/environment.ts';
import { providerKeyNames } from '../../lib/config/provider-key-names.ts';
import type { Configuration } from '../../lib/config/schema.ts';
import { createServices } from '../../lib/gateway/create-services.ts';
import { createJobRunner } from '../../lib/gateway/run-job.ts';
import { ApiKeyStore } from '../../lib/storage/api-key-store.ts';
import { JobQueue } from '../../lib/storage/job-queue.ts';
import { jobsHandler } from './jobs-handler.ts';

/** Validated when the deployment was synthesized, and bundled beside this code. */
const configuration = JSON.parse(
  readFileSync(new URL('configuration.json', import.meta.url), 'utf8'),
) as Configuration;

const environment = {
  ...readEnvironment(
    'API_KEYS_TABLE',
    'REQUESTS_TABLE',
    'RATE_LIMITS_TABLE',
    'TENANCY_TABLE',
    'LEDGER_TABLE',
    'REPLIES_TABLE',
    'JOBS_TABLE',
    'OBJECTS_BUCKET',
    'DATA_KEY',
    'TENANT_ROLE',
    'JOBS_QUEUE_URL',
  ),
  // Without providers that take a key, the function may not read the secret.
  ...(providerKeyNames(configuration).length > 0 && readEnvironment('PROVIDER_KEYS_SECRET')),
};

const services = createServices(environment, configuration);
const apiKeys = new ApiKeyStore({ tableName: environment.API_KEYS_TABLE });

/** Runs jobs: messages of the queue in, those that were not worked off out. */
export const handler = jobsHandler({
  jobs: services.jobs,
  queue: new JobQueue(environment.JOBS_QUEUE_URL, configuration),
  execute: createJobRunner({
    ...services,
    keyIsValid: async (keyId) => {
      const record = await apiKeys.get(keyId);
      return (
        record !== undefined &&
        record.revokedAtMs === undefined &&
        (record.expiresAtMs === undefined || record.expiresAtMs > Date.now())
      );
    },
  }),
});
