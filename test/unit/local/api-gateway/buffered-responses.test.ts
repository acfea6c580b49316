import { describe, expect, it } from 'vitest';
import { apiOf, route, send, startApi, streaming } from './support/start-api.ts';

const buffered = apiOf({
  routes: [route('/{proxy+}', { responseTransferMode: 'BUFFERED', timeoutMs: 5_000 })],
});

function returning(expression: string): string {
  return `export const handler = async (event) => (${expression});`;
}

describe('a buffered response', () => {
  it.each([
    ['text', '{ statusCode: 200, body: "hellö" }', 200, 'hellö'],
    ['bytes as base64', '{ statusCode: 200, body: "aGVsbG8=", isBase64Encoded: true }', 200, 'hello'],
    ['nothing', '{ statusCode: 204 }', 204, ''],
    ['an error of its own', '{ statusCode: 409, body: event.httpMethod }', 409, 'GET'],
  ])('carries %s', async (_, expression, status, body) => {
    const { url } = await startApi(returning(expression), { definition: () => buffered });
    expect(await send(`${url}/a`)).toMatchObject({ status, body });
  });

  it('has its headers and its length', async () => {
    const { url } = await startApi(
      returning(
        '{ statusCode: 200, headers: { "content-type": "text/x" }, multiValueHeaders: { v: ["1", "2"] }, body: "ü" }',
      ),
      { definition: () => buffered },
    );
    const { headers } = await send(`${url}/a`);
    expect(headers).toMatchObject({ 'content-type': 'text/x', v: '1, 2', 'content-length': '2' });
  });

  it.each([
    ['text', returning('"hello"')],
    ['nothing', returning('undefined')],
    ['no status', returning('{ body: "x" }')],
    ['a body that is an object', returning('{ statusCode: 200, body: {} }')],
    ['a stream', streaming('const body = respond({ statusCode: 200 }); body.write("x"); body.end();')],
  ])('that is %s gives 502', async (_, code) => {
    const { url } = await startApi(code, { definition: () => buffered });
    expect(await send(`${url}/a`)).toMatchObject({
      status: 502,
      body: '{"message":"Internal server error"}',
    });
  });

  it('that throws gives 502, that takes too long 504', async () => {
    const { url } = await startApi(
      `export const handler = async ({ path }) => {
         if (path === '/throw') throw new Error('no');
         await new Promise((resolve) => setTimeout(resolve, 10_000));
       };`,
      { definition: () => buffered, function: { timeoutMs: 300 } },
    );
    expect((await send(`${url}/throw`)).status).toBe(502);
    expect((await send(`${url}/wait`)).status).toBe(504);
  });
});
