import { randomInt } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
// @ts-expect-error dynalite has no types
import dynalite from 'dynalite';
import { DynamoDb } from '../../lib/storage/aws/dynamodb.ts';

export interface TestDynamoDb {
  /** As the stores call it. */
  readonly database: DynamoDb;
  /** The SDK's client, for what a test asks by itself. */
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  /** Operations received, by name, for example `BatchWriteItem`. */
  readonly operations: string[];
  /** Answers the next request with this instead of passing it on. */
  failNext(status: number, body: object): void;
  createTable(name: string, partitionKey: string, sortKey?: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * DynamoDB's wire protocol on loopback, with a front that counts requests and can fail one. Behind it stands dynalite,
 * in memory, or the implementation that OPENCLAW_TEST_DYNAMODB names by its URL.
 */
export async function startDynamoDb(): Promise<TestDynamoDb> {
  const elsewhere = process.env.OPENCLAW_TEST_DYNAMODB;
  const engine = elsewhere === undefined ? startDynalite() : forwardTo(elsewhere);
  const failures: { status: number; body: object }[] = [];
  const operations: string[] = [];
  const front = createServer((request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    operations.push(operation);
    const failure = operation === 'DescribeTable' ? undefined : failures.shift();
    if (!failure) return engine.answer(request, response);
    request.resume();
    response.writeHead(failure.status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(failure.body));
  });
  await listen(front);
  const endpoint = urlOf(front);
  const location = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const client = new DynamoDBClient(location);
  return {
    database: new DynamoDb(location),
    client,
    endpoint,
    operations,
    failNext: (status, body) => failures.push({ status, body }),
    createTable: async (name, partitionKey, sortKey) => {
      await client.send(new CreateTableCommand(tableInput(name, partitionKey, sortKey)));
      await waitUntilTableExists(
        { client, maxWaitTime: 10, minDelay: 0.02, maxDelay: 0.1 },
        { TableName: name },
      );
    },
    stop: async () => {
      client.destroy();
      await new Promise((resolve) => front.close(resolve));
      await engine.stop();
    },
  };
}

/** What stands behind the front. */
interface Engine {
  answer(request: IncomingMessage, response: ServerResponse): void;
  stop(): Promise<void>;
}

/** The front's own server is all the server that dynalite needs. */
function startDynalite(): Engine {
  const server: Server = dynalite({ createTableMs: 0 });
  return {
    answer: (request, response) => void server.emit('request', request, response),
    // It was never listening, which is the only thing that closing it can complain of.
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function forwardTo(url: string): Engine {
  const oneByOne = process.env.OPENCLAW_TEST_DYNAMODB_SERIAL === '1';
  // Test files run at the same time and create tables of the same names. Moto keeps accounts apart by a header, DynamoDB
  // Local by the access key; none of the engines verifies a signature.
  const account = String(randomInt(1e11, 1e12));
  let last: Promise<void> = Promise.resolve();
  return {
    async answer(request, response) {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { host: _host, ...headers } = request.headers;
      // Moto works in threads, and between them its conditional writes are not atomic: there, one call after the other.
      const before = last;
      const { promise, resolve: done } = Promise.withResolvers<void>();
      last = promise;
      if (oneByOne) await before;
      const answer = await fetch(url, {
        method: 'POST',
        headers: [
          ...(Object.entries(headers).filter(
            ([name]) =>
              !['authorization', 'connection', 'content-length', 'transfer-encoding'].includes(name),
          ) as [string, string][]),
          ['authorization', (headers.authorization ?? '').replace(/(?<=Credential=)[^/]+/, account)],
          ['x-moto-account-id', account],
        ],
        body: Buffer.concat(chunks),
      });
      const bytes = Buffer.from(await answer.arrayBuffer());
      done();
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(bytes);
    },
    stop: async () => undefined,
  };
}

function tableInput(
  name: string,
  partitionKey: string,
  sortKey: string | undefined,
): CreateTableCommandInput {
  const keys = sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map((key) => ({ AttributeName: key, AttributeType: 'S' })),
    KeySchema: keys.map((key, index) => ({ AttributeName: key, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
