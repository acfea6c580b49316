import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import type { FunctionEnvironment } from '../../lib/config/environment.ts';
import { parseConfiguration } from '../../lib/config/load-configuration.ts';
import { type Runtime, startRuntime } from '../../lib/local/index.ts';
import { createApp } from '../../lib/stacks/create-app.ts';
import { ApiKeyStore } from '../../lib/storage/api-key-store.ts';
import { createDynamoDbClient } from '../../lib/storage/dynamodb-client.ts';
import { SecretStore } from '../../lib/storage/secret-store.ts';
import { createApiKey } from '../../lib/tenancy/index.ts';
import { benchConfiguration, upstreamKeyName } from './systems/bench-configuration.ts';
import { serve } from './systems/child-server.ts';
import { countRecords } from './systems/count-records.ts';
import { findFunctionCode } from './systems/find-function.ts';
import type { SystemUsage } from './systems/system.ts';
import { ownUsage } from './systems/usage.ts';

/** What a caller of this process needs to use and to examine the deployment. */
export interface OpenClawReady {
  readonly url: string;
  readonly apiKey: string;
  /** The folder of the API's bundle. */
  readonly codeDirectory: string;
  /** What the API's function finds in its environment. */
  readonly functionEnvironment: Readonly<Record<string, string>>;
}

// The SDK asks for credentials, which the embedded engines do not look at.
const credentials = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
Object.assign(process.env, credentials);

const [upstreamOrigin = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'openclaw-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const configuration = parseConfiguration(benchConfiguration(upstreamOrigin), import.meta.filename);
const assemblyDirectory = join(folder, 'cdk.out');
createApp(configuration, { outdir: assemblyDirectory }).synth();
const runtime = await startRuntime({
  assemblyDirectory,
  dataDirectory: join(folder, 'data'),
  port: 0,
  environment: { ...credentials, [upstreamKeyName]: 'sk-bench' },
});
const dynamodb = { endpoint: runtime.endpoints.dynamodb, region: runtime.region };
const variables = await functionVariables(runtime);

serve(
  {
    url: runtime.url,
    apiKey: await seedKey(),
    codeDirectory: await findFunctionCode(assemblyDirectory),
    functionEnvironment: {
      ...variables,
      ...credentials,
      AWS_REGION: runtime.region,
      AWS_ENDPOINT_URL_DYNAMODB: runtime.endpoints.dynamodb,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: runtime.endpoints.secretsManager,
    },
  } satisfies OpenClawReady,
  {
    usage: async (): Promise<SystemUsage> => {
      const functions = Object.values(await runtime.functionCpu());
      const functionCpuMs = functions.reduce((sum, { userMs, systemMs }) => sum + userMs + systemMs, 0);
      return { ...ownUsage(), functionCpuMs };
    },
    records: () => countRecords(variables.REQUESTS_TABLE, dynamodb),
    stop: () => runtime.stop(),
  },
);

/** The names that the function's environment refers to, from the stacks' outputs and, without one, from the engine. */
async function functionVariables({ outputs }: Runtime): Promise<FunctionEnvironment> {
  const all = Object.assign({}, ...Object.values(outputs)) as Readonly<Record<string, string | undefined>>;
  const output = (name: string) => {
    const value = all[name];
    if (value === undefined) throw new Error(`no stack has the output ${name}`);
    return value;
  };
  const client = createDynamoDbClient(dynamodb);
  const { TableNames: tables = [] } = await client.send(new ListTablesCommand({}));
  client.destroy();
  const rateLimits = tables.find((table) => table.includes('RateLimits'));
  if (rateLimits === undefined) throw new Error(`no table of rate limits among ${tables.join(', ')}`);
  return {
    API_KEYS_TABLE: output('ApiKeysTableName'),
    REQUESTS_TABLE: output('RequestsTableName'),
    RATE_LIMITS_TABLE: rateLimits,
    API_KEY_PEPPER_SECRET: output('ApiKeyPepperSecretArn'),
    PROVIDER_KEYS_SECRET: output('ProviderKeysSecretArn'),
  };
}

async function seedKey(): Promise<string> {
  const secrets = new SecretStore({ endpoint: runtime.endpoints.secretsManager, region: runtime.region });
  const store = new ApiKeyStore({ tableName: variables.API_KEYS_TABLE, ...dynamodb });
  const { plaintext } = await createApiKey(store, {
    environment: configuration.environment,
    pepper: await secrets.read(variables.API_KEY_PEPPER_SECRET),
    tenantId: 'bench',
    projectId: 'bench',
    name: 'benchmark',
    scopes: ['model:invoke'],
  });
  return plaintext;
}
