import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Runtime, startRuntime } from '../../lib/local/index.ts';
import { roleAssumer } from '../../lib/storage/assume-role.ts';
import type { Credentials } from '../../lib/storage/aws/credentials.ts';
import { DynamoDb } from '../../lib/storage/aws/dynamodb.ts';
import { quantile } from '../load/quantile.ts';
import { synthesize } from '../synthesize.ts';

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
const tenantId = 'bench';

/**
 * Makes the API function's own calls with its roles' credentials, each next to the same call of an engine without
 * enforcement, so that what else the machine does falls on both.
 *
 * @param calls - of each operation
 */
export async function measureEnforcement(calls: number): Promise<EnforcementFinding[]> {
  const folder = await mkdtemp(join(tmpdir(), 'openclaw-bench-'));
  await using running = new AsyncDisposableStack();
  running.defer(() => rm(folder, { recursive: true, force: true }));
  const { assemblyDirectory } = synthesize({}, folder);
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

  const { roles, tables } = await asFunction(runtime);
  await copyTables(Object.values(tables), runtime.endpoints.dynamodb, plainEndpoint);
  const client = (endpoint: string, credentials: Credentials) =>
    new DynamoDb({ endpoint, region, credentials });
  const plain = client(plainEndpoint, operator);
  const findings: EnforcementFinding[] = [];
  for (const { operation, credentials, send } of operations(tables, roles)) {
    const enforced = client(runtime.endpoints.dynamodb, credentials);
    findings.push(await compare(operation, calls, enforced, plain, send));
  }
  return findings;
}

type Send = (client: DynamoDb, call: number) => Promise<unknown>;

interface Operation {
  readonly operation: string;
  /** As whom the function makes the call. */
  readonly credentials: Credentials;
  readonly send: Send;
}

/** The calls of the API's function, with items of the size that they have there. */
function operations(
  { apiKeys, requests, rateLimits }: Tables,
  { ownRole, tenantRole }: FunctionRoles,
): readonly Operation[] {
  return [
    {
      operation: 'GetItem',
      credentials: ownRole,
      send: (client, call) => client.getItem({ TableName: apiKeys, Key: { keyId: { S: `key-${call}` } } }),
    },
    {
      operation: 'UpdateItem',
      credentials: tenantRole,
      send: (client, call) =>
        client.updateItem({
          TableName: rateLimits,
          Key: { partition: { S: `${tenantId}#key-${call}` }, sort: { S: 'minute' } },
          UpdateExpression: 'ADD used :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
        }),
    },
    {
      operation: 'BatchWriteItem',
      credentials: tenantRole,
      send: (client, call) =>
        client.batchWriteItem({
          RequestItems: {
            [requests]: ['intent', 'outcome'].map((kind) => ({
              PutRequest: {
                Item: {
                  partition: { S: `${tenantId}#2026-01-01#0` },
                  sort: { S: `${call}#${kind}` },
                  record: { S: 'r'.repeat(400) },
                },
              },
            })),
          },
        }),
    },
  ];
}

async function compare(
  operation: string,
  calls: number,
  enforced: DynamoDb,
  plain: DynamoDb,
  send: Send,
): Promise<EnforcementFinding> {
  const samples: { readonly enforced: number; readonly plain: number }[] = [];
  const timed = async (client: DynamoDb, call: number) => {
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
async function copyTables(names: readonly string[], fromEndpoint: string, toEndpoint: string): Promise<void> {
  const [from, to] = [fromEndpoint, toEndpoint].map(
    (endpoint) => new DynamoDBClient({ endpoint, region, credentials: operator }),
  );
  for (const TableName of names) {
    const { Table: table } = (await from?.send(new DescribeTableCommand({ TableName }))) ?? {};
    await to?.send(
      new CreateTableCommand({
        TableName,
        KeySchema: table?.KeySchema,
        AttributeDefinitions: table?.AttributeDefinitions,
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
  }
  from?.destroy();
  to?.destroy();
}

interface FunctionRoles {
  readonly ownRole: Credentials;
  /** A session for one tenant. */
  readonly tenantRole: Credentials;
}

/** As whom the API's function calls, and the tables that it finds in its environment. */
async function asFunction({
  functions,
  endpoints,
}: Runtime): Promise<{ readonly roles: FunctionRoles; readonly tables: Tables }> {
  const environment = functions.find((found) => found.environment.API_KEY_PEPPER_SECRET)?.environment ?? {};
  const variable = (name: string) => environment[name] ?? '';
  const ownRole = {
    accessKeyId: variable('AWS_ACCESS_KEY_ID'),
    secretAccessKey: variable('AWS_SECRET_ACCESS_KEY'),
    sessionToken: variable('AWS_SESSION_TOKEN'),
  };
  const assume = roleAssumer(variable('TENANT_ROLE'), {
    endpoint: endpoints.sts,
    region,
    credentials: ownRole,
  });
  return {
    roles: { ownRole, tenantRole: await assume(tenantId) },
    tables: {
      apiKeys: variable('API_KEYS_TABLE'),
      requests: variable('REQUESTS_TABLE'),
      rateLimits: variable('RATE_LIMITS_TABLE'),
    },
  };
}
