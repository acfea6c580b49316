import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EnvironmentVariable } from '../../lib/config/environment.ts';
import { type Runtime, startRuntime } from '../../lib/local/index.ts';
import { ApiKeyStore } from '../../lib/storage/api-key-store.ts';
import { SecretStore } from '../../lib/storage/secret-store.ts';
import { createApiKey } from '../../lib/tenancy/index.ts';
import { synthesize } from '../synthesize.ts';
import { benchConfiguration, upstreamKeyName } from './systems/bench-configuration.ts';
import { serve } from './systems/child-server.ts';
import { countRecords } from './systems/count-records.ts';
import { runtimeUsage } from './systems/runtime-usage.ts';

/** What a caller of this process needs to use and to examine the deployment. */
export interface OpenClawReady {
  readonly url: string;
  readonly apiKey: string;
  /** The folder of the API's bundle. */
  readonly codeDirectory: string;
  /** What the API's function finds in its environment. */
  readonly functionEnvironment: Readonly<Record<string, string>>;
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
const dynamodb = { endpoint: runtime.endpoints.dynamodb, region: runtime.region };
const { codeDirectory, environment, region } = apiFunction(runtime);
const variable = (name: EnvironmentVariable) => environment[name] ?? '';

serve(
  {
    url: runtime.url,
    apiKey: await seedKey(),
    codeDirectory,
    functionEnvironment: { ...environment, AWS_REGION: region },
  } satisfies OpenClawReady,
  {
    usage: () => runtimeUsage(runtime),
    records: () => countRecords(variable('REQUESTS_TABLE'), dynamodb),
    stop: () => runtime.stop(),
  },
);

/** The function behind the API: it alone can tell keys. */
function apiFunction({ functions }: Runtime): Runtime['functions'][number] {
  const found = functions.find(({ environment }) => environment.API_KEY_PEPPER_SECRET !== undefined);
  if (!found) throw new Error('no function checks API keys');
  return found;
}

async function seedKey(): Promise<string> {
  const secrets = new SecretStore({ endpoint: runtime.endpoints.secretsManager, region: runtime.region });
  const store = new ApiKeyStore({ tableName: variable('API_KEYS_TABLE'), ...dynamodb });
  const { plaintext } = await createApiKey(store, {
    environment: configuration.environment,
    pepper: await secrets.read(variable('API_KEY_PEPPER_SECRET')),
    tenantId: 'bench',
    projectId: 'bench',
    name: 'benchmark',
    scopes: ['model:invoke'],
  });
  return plaintext;
}
