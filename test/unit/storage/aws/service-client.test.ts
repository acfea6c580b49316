import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readJsonError } from '../../../../lib/storage/aws/json-error.ts';
import { ServiceClient } from '../../../../lib/storage/aws/service-client.ts';
import type { ServiceLocation } from '../../../../lib/storage/aws/service-location.ts';
import { sdkSignature } from '../../../support/sdk-signature.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

interface Received {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };
const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.GetItem' };

const ok: Answer = (response) => response.end('{"found":true}');
const failing =
  (status: number, type: string, more: object = {}): Answer =>
  (response) => {
    response.writeHead(status);
    response.end(JSON.stringify({ __type: `com.amazonaws#${type}`, message: 'as it said', ...more }));
  };
const reset: Answer = (_response, request) => request.socket.resetAndDestroy();
const cut: Answer = (response, request) => {
  response.writeHead(200, { 'content-length': '100' });
  response.write('{"found"', () => request.socket.destroy());
};
const silent: Answer = () => undefined;

/** A service that gives these answers, one after another, the last one ever after. */
async function serve(answers: readonly Answer[], location: ServiceLocation = { credentials }) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({
      headers: request.headers as Record<string, string>,
      body: Buffer.concat(chunks).toString(),
    });
    answers[Math.min(received.length, answers.length) - 1]?.(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new ServiceClient(
    {
      service: 'dynamodb',
      maxAttempts: 3,
      limits: { connectMs: 200, totalMs: 200 },
      readError: readJsonError,
    },
    { endpoint, region: 'eu-west-1', ...location },
  );
  return { client, received, endpoint };
}

describe('a request to a service of AWS', () => {
  it.each(['{}', '{"text":"Zoë 🦋 \\u0000"}', `{"text":"${'x'.repeat(70_000)}"}`])(
    'is signed as the SDK signs it',
    async (body) => {
      const { client, received, endpoint } = await serve([ok]);
      await client.post(headers, body);
      const [{ headers: sent, body: arrived } = { headers: {}, body: '' }] = received;
      expect(arrived).toBe(body);
      expect(sent['x-amz-security-token']).toBe('token');
      const names = /SignedHeaders=([^,]+)/.exec(sent.authorization ?? '')?.[1]?.split(';') ?? [];
      expect(names).toEqual(
        expect.arrayContaining(['host', 'x-amz-date', 'x-amz-security-token', 'x-amz-target']),
      );
      const time = (sent['x-amz-date'] ?? '').replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5');
      const expected = await sdkSignature(
        {
          service: 'dynamodb',
          region: 'eu-west-1',
          host: new URL(endpoint).host,
          headers: Object.fromEntries(names.map((name) => [name, sent[name] ?? ''])),
          body,
        },
        credentials,
        new Date(time),
      );
      expect(sent.authorization).toBe(expected?.replaceAll(/, ?/g, ', '));
    },
  );

  it.each([
    ['a failure of the service', failing(500, 'InternalServerError')],
    [
      'one that something before the service answers',
      (response: ServerResponse) => response.writeHead(503).end('busy'),
    ],
    ['a lost connection', reset],
    ['an answer that is cut off', cut],
    ['no answer in time', silent],
  ])('is made again after %s', async (_what, failure) => {
    const { client, received } = await serve([failure, failure, ok]);
    expect((await client.post(headers, '{}')).body).toBe('{"found":true}');
    expect(received).toHaveLength(3);
  });

  it('is made again after being throttled, later', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.2);
    onTestFinished(() => void vi.restoreAllMocks());
    const { client } = await serve([failing(400, 'ThrottlingException'), ok]);
    const start = performance.now();
    await client.post(headers, '{}');
    expect(performance.now() - start).toBeGreaterThan(95);
  });

  it.each([
    [
      'as the service words it',
      failing(500, 'InternalServerError'),
      { name: 'InternalServerError', message: 'as it said', status: 500 },
    ],
    [
      'without words',
      (response: ServerResponse) => response.writeHead(502).end('<html>'),
      { name: 'HTTP 502', status: 502 },
    ],
    ['as Node names it', reset, { code: 'ECONNRESET' }],
    ['as a time-out', silent, { name: 'TimeoutError', code: 'ETIMEDOUT' }],
  ])('is given up after so many attempts, %s', async (_how, failure, expected) => {
    const { client, received } = await serve([failure]);
    await expect(client.post(headers, '{}')).rejects.toMatchObject(expected);
    expect(received).toHaveLength(3);
  });

  it('is not made again where the service refuses it', async () => {
    const { client, received } = await serve([
      failing(400, 'ValidationException:http://x', { reason: 'odd' }),
    ]);
    await expect(client.post(headers, '{}')).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'as it said',
      details: { reason: 'odd' },
    });
    expect(received).toHaveLength(1);
  });

  it('goes by the service’s clock where this one is wrong', async () => {
    const ahead = Date.now() + 3_600_000;
    const { client, received } = await serve([
      (response) => {
        response.writeHead(400, { date: new Date(ahead).toUTCString() });
        response.end('{"__type":"InvalidSignatureException","message":"Signature not yet current"}');
      },
      ok,
    ]);
    await client.post(headers, '{}');
    await client.post(headers, '{}');
    expect(received).toHaveLength(3);
    const day = (ms: number) => new Date(ms).toISOString().slice(0, 13).replaceAll('-', '');
    expect(received.map((request) => request.headers['x-amz-date']?.slice(0, 11))).toEqual([
      day(ahead - 3_600_000),
      day(ahead),
      day(ahead),
    ]);
  });

  it('is not made again for a signature that is wrong for another reason than the time', async () => {
    const { client, received } = await serve([failing(403, 'InvalidSignatureException')]);
    await expect(client.post(headers, '{}')).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    expect(received).toHaveLength(1);
  });

  it('is signed with the credentials in the environment where none are given', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDENVIRONMENT');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('AWS_SESSION_TOKEN', undefined);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { client, received } = await serve([ok], {});
    await client.post(headers, '{}');
    expect(received[0]?.headers.authorization).toContain('Credential=AKIDENVIRONMENT/');
    expect(received[0]?.headers['x-amz-security-token']).toBeUndefined();
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', '');
    await expect(client.post(headers, '{}')).rejects.toThrow(
      'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    );
  });

  it('uses a connection again', async () => {
    const ports = new Set<number | undefined>();
    const { client } = await serve([
      (response, request) => {
        ports.add(request.socket.remotePort);
        ok(response, request);
      },
    ]);
    for (let calls = 0; calls < 5; calls += 1) await client.post(headers, '{}');
    expect(ports.size).toBe(1);
  });
});
