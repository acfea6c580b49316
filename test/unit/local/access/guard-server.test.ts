import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { guardServer } from '../../../../lib/local/access/guard-server.ts';
import { dynamoDbGuard } from '../../../../lib/local/access/guards/dynamodb-guard.ts';
import { sqsAndS3Guard } from '../../../../lib/local/access/guards/sqs-and-s3-guard.ts';
import type { Enforcer } from '../../../../lib/local/access/index.ts';

let server: Server | undefined;
afterEach(() => server?.close());

/** An enforcer that allows everything and notes what it was asked. */
function noting(asked: string[]) {
  const authorize: Enforcer['authorize'] = (_, checks) => {
    asked.push(...checks().map(({ action, resource }) => `${action} ${resource}`));
  };
  const authorizeAgain: Enforcer['authorizeAgain'] = (credentials, requirements) => {
    for (const { checks } of requirements) authorize(credentials, checks);
  };
  const scope = { partition: 'aws', region: 'r', accountId: '1', partitionKey: () => undefined };
  return () => ({ authorize, authorizeAgain, scope, encryptionOf: () => [] }) as unknown as Enforcer;
}

async function call(
  guard: typeof dynamoDbGuard,
  asked: string[],
  [method, path, headers, body]: [string, string, Record<string, string>, string],
): Promise<{ status: number | undefined; echoed: string }> {
  server = createServer(async (request, response) => response.end(await text(request)));
  guardServer(
    server,
    guard(noting(asked), () => undefined),
  );
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', method, path, headers }, resolve);
    request.once('error', reject);
    request.end(body);
  });
  return { status: answer.statusCode, echoed: await text(answer) };
}

describe('a guarded server', () => {
  const target = { 'x-amz-target': 'DynamoDB_20120810.BatchWriteItem' };
  const batch = '{"RequestItems":{"T":[]}}';

  it('decides by the body, which the server still reads whole', async () => {
    const asked: string[] = [];
    const headers = { ...target, 'content-length': String(batch.length) };
    expect(await call(dynamoDbGuard, asked, ['POST', '/', headers, batch])).toEqual({
      status: 200,
      echoed: batch,
    });
    expect(asked).toEqual(['dynamodb:BatchWriteItem arn:aws:dynamodb:r:1:table/T']);
  });

  it('takes no body of unknown length, on which nothing could be decided', async () => {
    const asked: string[] = [];
    const headers = { ...target, 'transfer-encoding': 'chunked' };
    expect(await call(dynamoDbGuard, asked, ['POST', '/', headers, batch])).toMatchObject({ status: 411 });
    expect(asked).toEqual([]);
  });

  it('asks for a permission also where a batch names no table', async () => {
    const asked: string[] = [];
    await call(dynamoDbGuard, asked, ['POST', '/', { ...target, 'content-length': '2' }, '{}']);
    expect(asked).toEqual(['dynamodb:BatchWriteItem *']);
  });

  it.each([
    ['content type', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['target', { 'x-amz-target': 'AmazonSQS.ListQueues' }],
  ])('takes an object for an object, whatever its %s', async (_, headers) => {
    const asked: string[] = [];
    await call(sqsAndS3Guard, asked, ['PUT', '/files/a', { ...headers, 'content-length': '1' }, 'x']);
    expect(asked).toEqual(['s3:PutObject arn:aws:s3:::files/a']);
  });
});
