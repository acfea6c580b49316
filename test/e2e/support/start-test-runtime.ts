import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import OpenAI from 'openai';
import type { ConfigurationInput } from '../../../lib/config/schema.ts';
import { type Runtime, startRuntime } from '../../../lib/local/index.ts';
import { ApiKeyStore } from '../../../lib/storage/api-key-store.ts';
import { DynamoDb } from '../../../lib/storage/aws/dynamodb.ts';
import type { ClientFor } from '../../../lib/storage/client-for.ts';
import { requestPartition } from '../../../lib/storage/request-id.ts';
import { SecretStore } from '../../../lib/storage/secret-store.ts';
import { type CreateApiKeyOptions, createApiKey } from '../../../lib/tenancy/index.ts';
import { repositoryRoot, writeConfiguration } from './start-platform.ts';

export type RequestRecord = Record<string, unknown>;

export interface TestRuntime {
  readonly runtime: Runtime;
  readonly baseURL: string;
  readonly apiKey: string;
  /** The synthesized app. */
  readonly assemblyDirectory: string;
  /** Everything that the functions and the runtime have logged. */
  readonly logs: readonly string[];
  /** Makes an API key as the operator does. */
  createKey(options: Omit<CreateApiKeyOptions, 'environment' | 'pepper'>): Promise<string>;
  /** For a look into the tables, with the operator's rights. */
  readonly database: DynamoDBClient;
  /** The same, for stores. */
  readonly clientFor: ClientFor;
  /** The name of a table, by the name of the output that tells it. */
  tableName(output: string): string;
  /** The official client, without retries of its own so that each test sees one request. */
  readonly client: OpenAI;
  /** The records of a request in order: intent, then outcome. Waits until there are `count`. */
  records(requestId: string | null, count?: number, tenantId?: string): Promise<RequestRecord[]>;
  stop(): Promise<void>;
}

/** The synthesized app on the local runtime within this process, so that tests can look into its tables. */
export async function startTestRuntime(
  configuration: ConfigurationInput,
  secrets: Readonly<Record<string, string>> = {},
): Promise<TestRuntime> {
  const directory = await mkdtemp(join(tmpdir(), 'openclaw-runtime-'));
  const config = join(directory, 'openclaw.config.ts');
  await writeConfiguration(config, configuration);
  const assemblyDirectory = join(directory, 'cdk.out');
  await synthesize(config, assemblyDirectory);
  const credentials = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  Object.assign(process.env, credentials);
  const logs: string[] = [];
  const runtime = await startRuntime({
    assemblyDirectory,
    dataDirectory: join(directory, 'data'),
    port: 0,
    environment: { ...process.env, ...secrets },
    onLog: (line) => logs.push(line),
  });
  const { dynamodb, secretsManager } = runtime.endpoints;
  const outputs = Object.assign({}, ...Object.values(runtime.outputs)) as Record<string, string>;
  const store = new ApiKeyStore({
    tableName: outputs.ApiKeysTableName ?? '',
    endpoint: dynamodb,
    region: runtime.region,
  });
  const pepper = await new SecretStore({ endpoint: secretsManager, region: runtime.region }).read(
    outputs.ApiKeyPepperSecretArn ?? '',
  );
  const createKey: TestRuntime['createKey'] = async (options) => {
    const environment = configuration.environment ?? 'dev';
    return (await createApiKey(store, { environment, pepper, ...options })).plaintext;
  };
  const apiKey = await createKey({
    tenantId: 'acme',
    projectId: 'default',
    name: 'e2e',
    scopes: ['model:invoke'],
  });
  const baseURL = `${runtime.url}/v1`;
  const location = { endpoint: dynamodb, region: runtime.region };
  const database = new DynamoDBClient(location);
  const stored = new DynamoDb(location);
  return {
    runtime,
    baseURL,
    apiKey,
    assemblyDirectory,
    logs,
    createKey,
    database,
    clientFor: () => stored,
    tableName: (output) => {
      const name = outputs[output];
      if (name === undefined) throw new Error(`the stacks have no output ${output}`);
      return name;
    },
    client: new OpenAI({ baseURL, apiKey, maxRetries: 0 }),
    records: async (requestId, count = 2, tenantId = 'acme') => {
      if (requestId === null) throw new Error('the reply named no request');
      for (let tries = 0; ; tries += 1) {
        const { Items: items = [] } = await database.send(
          new QueryCommand({
            TableName: outputs.RequestsTableName,
            KeyConditionExpression: '#partition = :partition AND begins_with(sort, :id)',
            ExpressionAttributeNames: { '#partition': 'partition' },
            ExpressionAttributeValues: {
              ':partition': { S: requestPartition(tenantId, requestId) },
              ':id': { S: requestId },
            },
          }),
        );
        if (items.length >= count)
          return items.map((item) => JSON.parse(item.record?.S ?? '') as RequestRecord);
        if (tries > 100) throw new Error(`${requestId} has ${items.length} records, not ${count}`);
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    },
    stop: async () => {
      database.destroy();
      await runtime.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function synthesize(config: string, outdir: string): Promise<void> {
  const child = spawn('node', ['bin/app.ts'], {
    cwd: repositoryRoot,
    env: { ...process.env, OPENCLAW_CONFIG: config, CDK_OUTDIR: outdir, CDK_VALIDATION: 'false' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`the app did not synthesize:\n${errors}`);
}
