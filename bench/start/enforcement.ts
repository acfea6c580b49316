import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { parseConfiguration } from '../../lib/config/load-configuration.ts';
import { startRuntime } from '../../lib/local/index.ts';
import { createApp } from '../../lib/stacks/create-app.ts';
import { quantile } from '../load/quantile.ts';

/** Latencies of one operation, in milliseconds: with IAM enforced, and of the same engine without. */
export interface EnforcementFinding {
  readonly operation: string;
  readonly enforcedP50Ms: number;
  readonly plainP50Ms: number;
  /** The median of the differences of calls made one after the other. */
  readonly addedP50Ms: number;
}

const operator = { accessKeyId: 'local', secretAccessKey: 'local' };
const region = 'us-east-1';

/**
 * Makes the API function's own calls with its role's credentials, each next to the same call of an engine without
 * enforcement, so that what else the machine does falls on both.
 *
 * @param calls - of each operation
 */
export async function measureEnforcement(calls: number): Promise<EnforcementFinding[]> {
  const folder = await mkdtemp(join(tmpdir(), 'openclaw-bench-'));
  await using running = new AsyncDisposableStack();
  running.defer(() => rm(folder, { recursive: true, force: true }));
  const assemblyDirectory = join(folder, 'cdk.out');
  createApp(parseConfiguration({}, import.meta.filename), { outdir: assemblyDirectory }).synth();
  const runtime = await startRuntime({
    assemblyDirectory,
    dataDirectory: join(folder, 'data'),
    port: 0,
    environment: {},
  });
  running.defer(() => runtime.stop());
  const plainThread = new Worker(new URL('./unguarded-engine.ts', import.meta.url), {
    workerData: join(folder, 'plain'),
  });
  running.defer(async () => void (await plainThread.terminate()));
  const plainEndpoint = await new Promise<string>((resolve) => plainThread.once('message', resolve));

  const enforced = new DynamoDBClient({
    endpoint: runtime.endpoints.dynamodb,
    region,
    credentials: await functionCredentials(runtime.endpoints.sts, runtime.accessReport()),
  });
  const plain = new DynamoDBClient({ endpoint: plainEndpoint, region, credentials: operator });
  const admin = new DynamoDBClient({ endpoint: runtime.endpoints.dynamodb, region, credentials: operator });
  for (const client of [enforced, plain, admin]) running.defer(async () => client.destroy());

  const tables = await copyTables(admin, plain, runtime.outputs);
  const findings: EnforcementFinding[] = [];
  for (const [operation, command] of Object.entries(operations(tables))) {
    findings.push(await compare(operation, calls, enforced, plain, command));
  }
  return findings;
}

type Send = (client: DynamoDBClient, call: number) => Promise<unknown>;

/** The calls of the API's function, with items of the size that they have there. */
function operations({ apiKeys, requests, rateLimits }: Tables): Readonly<Record<string, Send>> {
  return {
    GetItem: (client, call) =>
      client.send(new GetItemCommand({ TableName: apiKeys, Key: { keyId: { S: `key-${call}` } } })),
    UpdateItem: (client, call) =>
      client.send(
        new UpdateItemCommand({
          TableName: rateLimits,
          Key: { partition: { S: `key-${call}` }, sort: { S: 'minute' } },
          UpdateExpression: 'ADD used :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
        }),
      ),
    BatchWriteItem: (client, call) =>
      client.send(
        new BatchWriteItemCommand({
          RequestItems: {
            [requests]: ['intent', 'outcome'].map((kind) => ({
              PutRequest: {
                Item: {
                  partition: { S: 'bench#2026-01-01#0' },
                  sort: { S: `${call}#${kind}` },
                  record: { S: 'r'.repeat(400) },
                },
              },
            })),
          },
        }),
      ),
  };
}

async function compare(
  operation: string,
  calls: number,
  enforced: DynamoDBClient,
  plain: DynamoDBClient,
  send: Send,
): Promise<EnforcementFinding> {
  const samples: { readonly enforced: number; readonly plain: number }[] = [];
  const timed = async (client: DynamoDBClient, call: number) => {
    const startedAtMs = performance.now();
    await send(client, call);
    return performance.now() - startedAtMs;
  };
  const warmUp = Math.ceil(calls / 10);
  for (let call = -warmUp; call < calls; call += 1) {
    // In turn, so that neither is always the second.
    const first = call % 2 === 0 ? enforced : plain;
    const firstMs = await timed(first, call);
    const secondMs = await timed(first === enforced ? plain : enforced, call);
    if (call < 0) continue;
    samples.push(
      first === enforced ? { enforced: firstMs, plain: secondMs } : { enforced: secondMs, plain: firstMs },
    );
  }
  const p50 = (values: readonly number[]) => quantile(values, 0.5);
  return {
    operation,
    enforcedP50Ms: p50(samples.map((sample) => sample.enforced)),
    plainP50Ms: p50(samples.map((sample) => sample.plain)),
    addedP50Ms: p50(samples.map((sample) => sample.enforced - sample.plain)),
  };
}

interface Tables {
  readonly apiKeys: string;
  readonly requests: string;
  readonly rateLimits: string;
}

/** Makes the deployment's tables in the other engine too. */
async function copyTables(
  from: DynamoDBClient,
  to: DynamoDBClient,
  outputs: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Promise<Tables> {
  const all = Object.assign({}, ...Object.values(outputs)) as Record<string, string>;
  const requests = all.RequestsTableName ?? '';
  const apiKeys = all.ApiKeysTableName ?? '';
  const { TableNames: names = [] } = await from.send(new ListTablesCommand({}));
  const rateLimits = names.find((name) => name.includes('RateLimits')) ?? '';
  for (const TableName of [apiKeys, requests, rateLimits]) {
    const { Table: table } = await from.send(new DescribeTableCommand({ TableName }));
    await to.send(
      new CreateTableCommand({
        TableName,
        KeySchema: table?.KeySchema,
        AttributeDefinitions: table?.AttributeDefinitions,
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
  }
  return { apiKeys, requests, rateLimits };
}

/** Credentials of the role that the function has: the person at the machine may assume it. */
async function functionCredentials(
  endpoint: string,
  roles: readonly { readonly role: string; readonly assumedBy: readonly string[] }[],
) {
  const role = roles.find(({ assumedBy }) => assumedBy.includes('lambda.amazonaws.com'));
  const sts = new STSClient({ endpoint, region, credentials: operator });
  const { Credentials: credentials } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::000000000000:role/${role?.role}`,
      RoleSessionName: 'bench',
    }),
  );
  sts.destroy();
  return {
    accessKeyId: credentials?.AccessKeyId ?? '',
    secretAccessKey: credentials?.SecretAccessKey ?? '',
    sessionToken: credentials?.SessionToken ?? '',
  };
}
