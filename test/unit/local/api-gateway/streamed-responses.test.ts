import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { eventually } from '../functions/support/start-function.ts';
import { apiOf, closed, route, send, startApi, streaming } from './support/start-api.ts';

/** Starts a request and waits for the head of its response. */
async function open(url: string): Promise<{ sent: ClientRequest; response: IncomingMessage }> {
  const sent = request(url);
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { sent, response };
}

describe('a streamed response', () => {
  it('has the status, the headers and the cookies that the function gives', async () => {
    const { url } = await startApi(
      streaming(`const body = respond({
        statusCode: 418,
        headers: { 'content-type': 'text/plain', 'X-One': '1' },
        multiValueHeaders: { 'x-two': ['2', 'II'] },
        cookies: ['a=1', 'b=2'],
      });
      body.write('short and '); body.end('stout');`),
    );
    const answer = await send(url);
    expect(answer).toMatchObject({ status: 418, body: 'short and stout' });
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain',
      'x-one': '1',
      'x-two': '2, II',
      'set-cookie': ['a=1', 'b=2'],
      'transfer-encoding': 'chunked',
      'x-amzn-requestid': expect.any(String),
      'x-amz-apigw-id': expect.any(String),
    });
  });

  it('arrives chunk by chunk as the function writes, its head before them all', async () => {
    const { url } = await startApi(
      streaming(`if (event.path === '/go-on') globalThis.goOn();
      const body = respond({ statusCode: 200 });
      body.write('');
      if (event.path === '/') {
        for (const text of ['a', 'b', 'c']) {
          await new Promise((resolve) => { globalThis.goOn = resolve; });
          body.write(text);
        }
      }
      body.end();`),
    );
    const { response } = await open(url);
    const arrived: string[] = [];
    // The function writes on only when what it wrote before is here.
    await send(`${url}/go-on`);
    for await (const chunk of response) {
      arrived.push(String(chunk));
      if (arrived.length < 3) await send(`${url}/go-on`);
    }
    expect(arrived).toEqual(['a', 'b', 'c']);
  });

  it('may split its metadata at any byte', async () => {
    const { url } = await startApi(
      streaming(`const bytes = Buffer.from('{"statusCode":202}' + '\\0'.repeat(8) + 'body');
      for (const byte of bytes) { stream.write(Uint8Array.of(byte)); await sleep(1); }
      stream.end();`),
    );
    expect(await send(url)).toMatchObject({ status: 202, body: 'body' });
  });

  it('holds the function back while the caller does not read', async () => {
    const { url, log } = await startApi(
      streaming(`const body = respond({ statusCode: 200 });
      const chunk = Buffer.alloc(64 * 1024, 'x');
      let written = 0;
      const report = setInterval(() => console.log('written', written), 50);
      for (; written < 50 * 1024 * 1024; written += chunk.length) {
        if (!body.write(chunk)) await new Promise((resolve) => body.once('drain', resolve));
      }
      clearInterval(report);
      body.end();`),
    );
    const before = process.memoryUsage();
    const { response } = await open(url);
    response.pause();
    const written = () => Number(log.at(-1)?.split(' ').at(-1));
    await eventually(() => log.length > 10);
    const stalledAt = written();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(written()).toBe(stalledAt);
    // What the sockets of both sides hold, not the 50 MB.
    expect(stalledAt).toBeLessThan(16 * 1024 * 1024);
    const { external, arrayBuffers } = process.memoryUsage();
    expect(external + arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(16 * 1024 * 1024);
    let received = 0;
    for await (const chunk of response) received += chunk.length;
    expect(received).toBe(50 * 1024 * 1024);
  });

  it('breaks in the function when the caller disconnects', async () => {
    const { url, log, access } = await startApi(
      streaming(`stream.on('error', (error) => console.log('error', error.code));
      const body = respond({ statusCode: 200 });
      body.write('start');
      await new Promise((resolve) => stream.once('close', resolve));
      console.log('left');`),
    );
    const { response } = await open(url);
    response.destroy();
    await eventually(() => log.length === 2);
    expect(log.map((line) => line.split('\t').at(-1))).toEqual(['error ECONNRESET', 'left']);
    await eventually(() => access.length === 1);
    expect(access[0]).toMatch(/^127\.0\.0\.1 GET \/ 200 cut \d+ ms [0-9a-f-]{36}$/);
  });

  it('breaks in the function when the caller disconnects before the first byte', async () => {
    const { url, log } = await startApi(
      streaming(`console.log('working');
      await new Promise((resolve) => stream.once('close', resolve));
      console.log('left');`),
    );
    const sent = request(url).on('error', () => undefined);
    sent.end();
    await eventually(() => log.length === 1);
    sent.destroy();
    await eventually(() => log.some((line) => line.endsWith('left')));
  });
});

describe('a function that fails', () => {
  it.each([
    ['throws', streaming('throw new Error("no");'), 'Error: no'],
    ['crashes', streaming('process.exit(1);'), 'Runtime.ExitError'],
    [
      'throws after its first bytes, but before its metadata is complete',
      streaming('stream.write("{"); throw new Error("no");'),
      'Error: no',
    ],
    ['does not load', 'throw new Error("TABLE is not set");', 'TABLE is not set'],
    [
      'writes no metadata',
      streaming('stream.write("hello"); stream.end();'),
      'the response ended before its metadata',
    ],
    [
      'ends without a write',
      streaming('respond({ statusCode: 204 }); stream.end();'),
      'the response ended before its metadata',
    ],
    [
      'writes metadata that is none',
      streaming('respond({ statusCode: "?" }).write("x"); stream.end();'),
      'statusCode',
    ],
    [
      'writes headers that cannot be sent',
      streaming('respond({ statusCode: 200, headers: { a: "b\\nc" } }).write("x"); stream.end();'),
      'the header a',
    ],
    [
      'returns instead of streaming',
      'export const handler = async () => ({ statusCode: 200 });',
      'before its metadata',
    ],
  ])('and %s before its response begins gives 502', async (_, code, problem) => {
    const { url, access } = await startApi(code);
    const answer = await send(url);
    expect(answer).toMatchObject({ status: 502, body: '{"message":"Internal server error"}' });
    expect(answer.headers['x-amzn-errortype']).toBe('InternalServerErrorException');
    await eventually(() => access.length === 1);
    expect(access[0]).toContain(problem);
  });

  it.each([
    ['throws', 'throw new Error("no");'],
    ['crashes', 'await sleep(20); process.exit(1);'],
    ['destroys its stream', 'stream.destroy(new Error("no"));'],
    ['times out', 'await sleep(10_000);'],
  ])('and %s in the middle of its response has the connection cut', async (_, code) => {
    const { url } = await startApi(
      streaming(`respond({ statusCode: 200 }).write('half'); await sleep(50); ${code}`),
      { function: { timeoutMs: 400 } },
    );
    const { response } = await open(url);
    const seen: string[] = [];
    response.on('data', (chunk) => seen.push(String(chunk)));
    response.on('error', (error) => seen.push(error.message));
    await closed(response);
    expect(seen).toEqual(['half', 'aborted']);
    expect(response.complete).toBe(false);
  });

  it('and takes longer than its own time-out gives 504', async () => {
    const { url } = await startApi(streaming('await sleep(10_000);'), { function: { timeoutMs: 200 } });
    expect(await send(url)).toMatchObject({ status: 504, body: '{"message":"Endpoint request timed out"}' });
  });

  it('and takes longer than its integration may gives 504, and learns of it', async () => {
    const { url, log } = await startApi(
      streaming('stream.on("close", () => console.log("closed")); await sleep(10_000);'),
      { definition: () => slow },
    );
    expect((await send(url)).status).toBe(504);
    await eventually(() => log.some((line) => line.endsWith('closed')));
  });
  const slow = apiOf({ routes: [route('/', { timeoutMs: 200 })] });

  it('and pauses longer than a stream may has the connection cut; pings keep it', async () => {
    const { url } = await startApi(
      streaming(`const body = respond({ statusCode: 200 });
      for (let i = 0; i < 6; i++) { body.write('ping '); await sleep(100); }
      await sleep(10_000);`),
      { streamIdleLimitMs: 400 },
    );
    const { response } = await open(url);
    const seen: string[] = [];
    response.on('data', (chunk) => seen.push(String(chunk))).on('error', () => seen.push('cut'));
    await closed(response);
    expect(seen.join('')).toBe(`${'ping '.repeat(6)}cut`);
  });

  it('answers the next request again after a crash', async () => {
    const { url } = await startApi(
      streaming(`if (event.path === '/crash') process.exit(1);
      const body = respond({ statusCode: 200 }); body.write('fine'); body.end();`),
    );
    expect((await send(`${url}/crash`)).status).toBe(502);
    expect(await send(url)).toMatchObject({ status: 200, body: 'fine' });
  });
});
