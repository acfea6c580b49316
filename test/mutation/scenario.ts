import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { type RoleReport, startRuntime } from '../../lib/local/index.ts';
import { ApiKeyStore } from '../../lib/storage/api-key-store.ts';
import { SecretStore } from '../../lib/storage/secret-store.ts';
import { createApiKey, type Scope } from '../../lib/tenancy/index.ts';
import { uses } from './uses/index.ts';

export interface ScenarioOptions {
  readonly assemblyDirectory: string;
  readonly models: readonly string[];
  /** Ids of the tenants that have a KMS key of their own. */
  readonly silos: readonly string[];
  /** What the deployment's API keys carry. */
  readonly environmentName: string;
  /** The operator's shell. */
  readonly environment: NodeJS.ProcessEnv;
}

export interface ScenarioResult {
  /** What went wrong, in a sentence each; empty for a deployment that works. */
  readonly failures: readonly string[];
  /** What the roles were granted and used; empty where nothing was deployed. */
  readonly roles: readonly RoleReport[];
}

/**
 * Deploys an assembly on this machine and does with it what its users do. A call that IAM refuses counts as a failure,
 * whether a user notices or not.
 */
export async function runScenario(options: ScenarioOptions): Promise<ScenarioResult> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'openclaw-scenario-'));
  const failures: string[] = [];
  const note = (line: string) => {
    if (/access denied|cannot be read|failed/i.test(line)) failures.push(line);
  };
  try {
    const runtime = await startRuntime({
      assemblyDirectory: options.assemblyDirectory,
      dataDirectory,
      port: 0,
      environment: options.environment,
      onLog: note,
      onFailure: (error) => failures.push(error.message),
    });
    try {
      await use(runtime, options);
    } finally {
      await runtime.stop();
    }
    return { failures, roles: runtime.accessReport() };
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error));
    return { failures, roles: [] };
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

async function use(
  runtime: Awaited<ReturnType<typeof startRuntime>>,
  { models, silos, environmentName }: ScenarioOptions,
): Promise<void> {
  const outputs = Object.assign({}, ...Object.values(runtime.outputs)) as Record<string, string>;
  const client = { region: runtime.region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const store = new ApiKeyStore({
    tableName: outputs.ApiKeysTableName ?? '',
    endpoint: runtime.endpoints.dynamodb,
    ...client,
  });
  const secrets = new SecretStore({ endpoint: runtime.endpoints.secretsManager, ...client });
  const pepper = await secrets.read(outputs.ApiKeyPepperSecretArn ?? '');
  const clientOf = async (tenantId: string, scopes: readonly Scope[] = ['model:invoke']) => {
    const key = { environment: environmentName, pepper, tenantId, projectId: 'default', name: 'scenario' };
    const { plaintext: apiKey } = await createApiKey(store, { ...key, scopes });
    return new OpenAI({ baseURL: `${runtime.url}/v1`, apiKey, maxRetries: 0 });
  };
  for (const it of uses) await it({ runtime, outputs, models, tenants: ['acme', ...silos], clientOf });
}
