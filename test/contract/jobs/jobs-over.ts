import { CountedContents, type Job, Jobs, tellTenant } from '../../../lib/jobs/index.ts';
import { UsageCaps } from '../../../lib/policy/index.ts';
import { DynamoDb } from '../../../lib/storage/aws/dynamodb.ts';
import { DocumentStore } from '../../../lib/storage/document-store.ts';
import { JobContentStore } from '../../../lib/storage/job-content-store.ts';
import { JobStore } from '../../../lib/storage/job-store.ts';
import { LedgerStore } from '../../../lib/storage/ledger-store.ts';
import { UsageClaimStore } from '../../../lib/storage/usage-claim-store.ts';
import { WorkingTenants } from '../../../lib/storage/working-tenants.ts';
import { implicitTenant, TenantSettings } from '../../../lib/tenancy/index.ts';

/** Jobs over a database in the wire's other end, without a queue: what is not sent, a sweep finds. */
export function jobsOver(endpoint: string, now: () => number = Date.now): Jobs {
  const client = new DynamoDb({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const clientFor = () => client;
  const settings = { settings: async (id: string) => new TenantSettings(implicitTenant(id)) };
  const none = async () => {
    throw new Error('nothing here is large');
  };
  const stored = new JobContentStore({
    tableName: 'Jobs',
    clientFor,
    cipher: { encrypt: async (_tenant, bytes) => bytes, decrypt: async (_tenant, bytes) => bytes },
    objects: { put: none, get: none, delete: none },
  });
  const claims = new UsageClaimStore('Ledger', clientFor);
  return new Jobs({
    store: new JobStore<Job>('Jobs', clientFor),
    contents: new CountedContents({
      contents: stored,
      caps: new UsageCaps({ store: new LedgerStore('Ledger', clientFor), claims, now }),
    }),
    queue: { send: async () => undefined },
    tell: (event) => tellTenant(event, { documents: new DocumentStore('Tenancy', clientFor), settings }),
    workingTenants: new WorkingTenants('Jobs', clientFor),
    now,
  });
}
