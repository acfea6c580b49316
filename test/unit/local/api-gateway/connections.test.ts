import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startApiGateway } from '../../../../lib/local/api-gateway/start-api-gateway.ts';
import { eventually } from '../functions/support/start-function.ts';
import { apiOf, closed, send, startApi, streaming } from './support/start-api.ts';

const lengthOfBody = streaming(`
  const body = respond({ statusCode: 200, headers: { 'x-method': event.httpMethod } });
  body.write(String((event.body ?? '').length)); body.end();`);

const limit = 64 * 1024 * 1024;

/** Sends raw text over a connection of its own and gives what comes back until the given text has come. */
async function exchange(port: number, text: string, until: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  socket.write(text);
  await eventually(() => received.includes(until));
  return received;
}

describe('a connection', () => {
  it('serves one request after another', async () => {
    const { url } = await startApi(lengthOfBody);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const ports = new Set<number | undefined>();
    agent.on('free', (socket) => ports.add(socket.localPort));
    for (let i = 0; i < 5; i++) {
      expect(await send(url, { agent, method: 'POST' }, 'x'.repeat(i))).toMatchObject({
        status: 200,
        body: String(i),
      });
    }
    expect(ports.size).toBe(1);
  });

  it.each(['OPTIONS', 'DELETE', 'PATCH', 'PUT'])('carries %s', async (method) => {
    const { url } = await startApi(lengthOfBody);
    expect(await send(url, { method })).toMatchObject({ status: 200, headers: { 'x-method': method } });
  });

  it('carries the head alone for HEAD, and stays usable', async () => {
    const { api } = await startApi(lengthOfBody);
    const head = 'HEAD / HTTP/1.1\r\nhost: x\r\n\r\n';
    const received = await exchange(api.port, `${head}GET /next HTTP/1.1\r\nhost: x\r\n\r\n`, '\r\n0\r\n');
    expect(received.split('HTTP/1.1 200 OK')).toHaveLength(3);
    expect(received).toContain('x-method: HEAD');
    expect(received.indexOf('\r\n\r\nHTTP/1.1 200')).toBeGreaterThan(0);
  });

  it('is told to go on where the caller expects it', async () => {
    const { api } = await startApi(lengthOfBody);
    const socket = connect(api.port, '127.0.0.1');
    onTestFinished(() => {
      socket.destroy();
    });
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n');
    await eventually(() => received.includes('HTTP/1.1 100 Continue'));
    socket.write('abc');
    await eventually(() => received.includes('\r\n0\r\n'));
    expect(received).toContain('HTTP/1.1 200 OK');
    expect(received).toContain('\r\n3\r\n');
  });
});

describe('a body that is too large', () => {
  const tooLarge = { status: 413, body: '{"message":"Request Too Long"}' };

  it('is refused by its length, without being sent where the caller asks first', async () => {
    const { api } = await startApi(lengthOfBody);
    const head = `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${limit + 1}\r\nexpect: 100-continue\r\n\r\n`;
    const received = await exchange(api.port, head, 'Request Too Long');
    expect(received).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('is refused though the caller sends it, and the caller can read why', async () => {
    const { url } = await startApi(lengthOfBody);
    expect(await send(url, { method: 'POST' }, Buffer.alloc(limit + 1))).toMatchObject(tooLarge);
  });

  it('is refused where its length shows only as it comes', async () => {
    const { url } = await startApi(lengthOfBody);
    const headers = { 'transfer-encoding': 'chunked' };
    expect(await send(url, { method: 'POST', headers }, Buffer.alloc(limit + 1))).toMatchObject(tooLarge);
  });

  it('does not concern one of just the limit', async () => {
    const { url } = await startApi(lengthOfBody, { function: { memoryMb: 1024 } });
    expect(await send(url, { method: 'POST' }, Buffer.alloc(limit, 'x'))).toMatchObject({
      status: 200,
      body: String(limit),
    });
  });
});

describe('many requests at a time', () => {
  it('are answered side by side, each with its own answer', async () => {
    const { url } = await startApi(
      streaming(`const body = respond({ statusCode: 200 });
      body.write(event.path); await sleep(200); body.write(' ' + event.body); body.end();`),
    );
    const start = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => send(`${url}/${i}`, { method: 'POST' }, `body ${i}`)),
    );
    expect(answers.map(({ body }) => body)).toEqual(Array.from({ length: 200 }, (_, i) => `/${i} body ${i}`));
    expect(performance.now() - start).toBeLessThan(3_000);
  });
});

describe('the access log', () => {
  it('names the request, never its query', async () => {
    const { url, access } = await startApi(lengthOfBody);
    const { headers } = await send(`${url}/v1?key=secret`, { method: 'POST' }, 'x');
    await eventually(() => access.length === 1);
    expect(access[0]).toMatch(/^127\.0\.0\.1 POST \/v1 200 \d+ ms [0-9a-f-]{36}$/);
    expect(access[0]).toContain(headers['x-amzn-requestid']);
  });
});

describe('an API that stops', () => {
  const slow = streaming(`const body = respond({ statusCode: 200 });
    body.write('start '); await sleep(300); body.write('end'); body.end();`);

  it('answers what is in flight, takes nothing new and frees its port', async () => {
    const { api, url } = await startApi(slow, { graceMs: 5_000 });
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    await send(url, { agent });
    const inFlight = send(url, { agent });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const start = performance.now();
    await api.stop();
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(await inFlight).toMatchObject({ status: 200, body: 'start end' });
    await expect(send(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const again = await startApiGateway({
      definition: () => apiOf(),
      functionFor: () => undefined,
      host: '127.0.0.1',
      port: api.port,
    });
    await again.stop();
  });

  it('cuts what is still in flight when the grace time is over', async () => {
    const { api, url } = await startApi(slow, { graceMs: 50 });
    const sent = request(url);
    sent.end();
    const [response] = await once(sent, 'response');
    const cut = closed(response);
    response.on('error', () => undefined).resume();
    await api.stop();
    await cut;
    expect(response.complete).toBe(false);
  });

  it('may be stopped twice', async () => {
    const { api } = await startApi(slow);
    await Promise.all([api.stop(), api.stop()]);
    await api.stop();
  });
});

describe('an API that cannot start', () => {
  it('says that its port is taken', async () => {
    const { api } = await startApi(lengthOfBody);
    const options = {
      definition: () => apiOf(),
      functionFor: () => undefined,
      host: '127.0.0.1',
      port: api.port,
    };
    await expect(startApiGateway(options)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
