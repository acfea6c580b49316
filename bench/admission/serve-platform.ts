import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRuntime } from '../../lib/local/index.ts';
import { ApiKeyStore } from '../../lib/storage/api-key-store.ts';
import { SecretStore } from '../../lib/storage/secret-store.ts';
import { createApiKey, type Scope } from '../../lib/tenancy/index.ts';
import { benchConfiguration, upstreamKeyName } from '../gateway/systems/bench-configuration.ts';
import { serve } from '../gateway/systems/child-server.ts';
import { synthesize } from '../synthesize.ts';
import { takeCalls } from './database-calls.ts';
import { flood, scenarios } from './scenarios.ts';

export interface PlatformReady {
  readonly url: string;
  /** By tenant: a key that calls models, and one that administers. */
  readonly keys: Readonly<Record<string, { readonly caller: string; readonly administrator: string }>>;
}

// Requests are signed with these, which the embedded engines do not look at.
const credentials = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
Object.assign(process.env, credentials);

const [upstreamOrigin = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'openclaw-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const { configuration, assemblyDirectory } = synthesize(benchConfiguration(upstreamOrigin), folder);
const runtime = await startRuntime({
  assemblyDirectory,
  dataDirectory: join(folder, 'data'),
  port: 0,
  environment: { ...credentials, [upstreamKeyName]: 'sk-bench' },
});

const outputs = Object.assign({}, ...Object.values(runtime.outputs)) as Readonly<Record<string, string>>;
const { dynamodb, secretsManager } = runtime.endpoints;
const { region } = runtime;
const store = new ApiKeyStore({ tableName: outputs.ApiKeysTableName ?? '', endpoint: dynamodb, region });
const secrets = new SecretStore({ endpoint: secretsManager, region });
const pepper = await secrets.read(outputs.ApiKeyPepperSecretArn ?? '');

async function newKey(tenantId: string, role: 'member' | 'tenant-admin', scopes: readonly Scope[]) {
  const { environment } = configuration;
  const options = { environment, pepper, tenantId, projectId: 'default', name: role, role, scopes };
  return (await createApiKey(store, options)).plaintext;
}

const keys: Record<string, { caller: string; administrator: string }> = {};
for (const { tenantId } of [...scenarios, flood]) {
  keys[tenantId] = {
    caller: await newKey(tenantId, 'member', ['model:invoke']),
    administrator: await newKey(tenantId, 'tenant-admin', ['admin']),
  };
}

serve({ url: runtime.url, keys } satisfies PlatformReady, {
  calls: takeCalls,
  stop: () => runtime.stop(),
});
