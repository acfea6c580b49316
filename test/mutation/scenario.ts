import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import OpenAI from 'openai';
import { type RoleReport, startRuntime } from '../../lib/local/index.ts';
import { ApiKeyStore } from '../../lib/storage/api-key-store.ts';
import { SecretStore } from '../../lib/storage/secret-store.ts';
import { createApiKey } from '../../lib/tenancy/index.ts';

export interface ScenarioOptions {
  readonly assemblyDirectory: string;
  readonly models: readonly string[];
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

/** Two records of each request: the intent and the outcome. */
const RECORDS_PER_REQUEST = 2;
const RECORDS_WITHIN_MS = 2_000;

/**
 * Deploys an assembly on this machine and does with it what its users do: every model, whole and streamed, the list of
 * models, and the records afterwards. A call that IAM refuses counts as a failure, whether a user notices or not.
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
  { models, environmentName }: ScenarioOptions,
): Promise<void> {
  const outputs = Object.assign({}, ...Object.values(runtime.outputs)) as Record<string, string>;
  const client = { region: runtime.region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const store = new ApiKeyStore({
    tableName: outputs.ApiKeysTableName ?? '',
    endpoint: runtime.endpoints.dynamodb,
    ...client,
  });
  const secrets = new SecretStore({ endpoint: runtime.endpoints.secretsManager, ...client });
  const { plaintext: apiKey } = await createApiKey(store, {
    environment: environmentName,
    pepper: await secrets.read(outputs.ApiKeyPepperSecretArn ?? ''),
    tenantId: 'acme',
    projectId: 'default',
    name: 'scenario',
    scopes: ['model:invoke'],
  });
  const openai = new OpenAI({ baseURL: `${runtime.url}/v1`, apiKey, maxRetries: 0 });
  await openai.models.list();
  // A path of its own in API Gateway.
  const root = await fetch(runtime.url);
  if (root.status !== 404) throw new Error(`/ answered ${root.status}`);
  const messages = [{ role: 'user' as const, content: 'Say hello. What do you say?' }];
  await Promise.all(
    models.map(async (model) => {
      const { choices } = await openai.chat.completions.create({ model, messages });
      if (!choices[0]?.message.content) throw new Error(`${model} answered nothing`);
      let streamed = '';
      for await (const chunk of await openai.chat.completions.create({ model, messages, stream: true })) {
        streamed += chunk.choices[0]?.delta.content ?? '';
      }
      if (streamed === '') throw new Error(`${model} streamed nothing`);
    }),
  );
  const database = new DynamoDBClient({ endpoint: runtime.endpoints.dynamodb, ...client });
  const expected = models.length * 2 * RECORDS_PER_REQUEST;
  const deadlineMs = Date.now() + RECORDS_WITHIN_MS;
  // The outcome of a stream is recorded after its end.
  for (;;) {
    const { Count: records } = await database.send(
      new ScanCommand({ TableName: outputs.RequestsTableName, Select: 'COUNT' }),
    );
    if (records === expected) break;
    if (Date.now() > deadlineMs) throw new Error(`there are ${records} records, not ${expected}`);
    await sleep(20);
  }
  database.destroy();
}
