import { readFileSync } from 'node:fs';
import type { Context } from 'aws-lambda';
import { readEnvironment } from '../../lib/config/environment.ts';
import type { Configuration } from '../../lib/config/schema.ts';
import { createJobs } from '../../lib/gateway/create-jobs.ts';
import { deliverEvents, postSigned, sweepJobs, tellTenant } from '../../lib/jobs/index.ts';
import { type BudgetSweepServices, leaseSpending, sweepBudgets, UsageCaps } from '../../lib/policy/index.ts';
import { DocumentStore } from '../../lib/storage/document-store.ts';
import { LedgerStore } from '../../lib/storage/ledger-store.ts';
import { RequestReader } from '../../lib/storage/request-reader.ts';
import { RequestStore } from '../../lib/storage/request-store.ts';
import { openTenantStorage } from '../../lib/storage/tenant-storage.ts';
import { UsageClaimStore } from '../../lib/storage/usage-claim-store.ts';
import { WorkingTenants } from '../../lib/storage/working-tenants.ts';
import { SettingsCache } from '../../lib/tenancy/index.ts';
import { type Sweep, sweepTenants } from './sweep-tenants.ts';

/** Validated when the deployment was synthesized, and bundled beside this code. */
const configuration = JSON.parse(
  readFileSync(new URL('configuration.json', import.meta.url), 'utf8'),
) as Configuration;

const environment = readEnvironment(
  'TENANCY_TABLE',
  'LEDGER_TABLE',
  'REQUESTS_TABLE',
  'JOBS_TABLE',
  'OBJECTS_BUCKET',
  'DATA_KEY',
  'TENANT_ROLE',
  'JOBS_QUEUE_URL',
);
const storage = openTenantStorage(environment, configuration);
const documents = new DocumentStore(environment.TENANCY_TABLE, storage.clientFor);
const settings = new SettingsCache({ store: documents, cacheMs: configuration.apiKeyCacheMs });
const workingTenants = new WorkingTenants(environment.JOBS_TABLE, storage.clientFor);
const ledger = new LedgerStore(environment.LEDGER_TABLE, storage.clientFor);
const claims = new UsageClaimStore(environment.LEDGER_TABLE, storage.clientFor);
const jobs = createJobs({
  environment,
  deployment: configuration,
  storage,
  documents,
  settings,
  workingTenants,
  caps: new UsageCaps({
    store: ledger,
    claims,
    noteTenant: (tenantId) => workingTenants.note(tenantId),
  }),
});

const budgetServices: BudgetSweepServices = {
  ledger,
  spending: leaseSpending({
    reader: new RequestReader(environment.REQUESTS_TABLE, storage.clientFor),
    requests: new RequestStore(environment.REQUESTS_TABLE, storage.clientFor),
    claims,
  }),
  settings: (tenantId) => settings.settings(tenantId),
  emit: (event) => tellTenant(event, { documents, settings }),
};

/** In this order for each tenant: what a sweep tells the tenant, the last one delivers. */
const sweeps: readonly Sweep[] = [
  { name: 'jobs', run: (tenantId) => sweepJobs(tenantId, jobs) },
  { name: 'budgets', run: (tenantId) => sweepBudgets(tenantId, budgetServices) },
  { name: 'webhooks', run: (tenantId) => deliverEvents(tenantId, { documents, settings, post: postSigned }) },
];

/** Left of the function's time when no further tenant is begun. */
const endWithinMs = 15_000;

/** Does what time or a crash left undone, for every tenant that may have something open. */
export async function handler(_event: unknown, context: Context): Promise<void> {
  await sweepTenants({
    tenants: workingTenants.list(),
    sweeps,
    deadline: AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - endWithinMs)),
  });
}
