import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ApiSources, connect, path } from '../../../lib/cli/api-client.ts';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let server: Server;
let url: string;
let directory: string;
let seen: Seen[];
let answer: { status: number; body: string; headers?: Record<string, string> };

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    const after = new URL(request.url ?? '', 'http://x').searchParams.get('after');
    if (request.url?.startsWith('/v1/numbers')) {
      const first = after === null ? 0 : Number(after) + 1;
      const data = [{ id: String(first) }, { id: String(first + 1) }];
      response.end(JSON.stringify({ object: 'list', data, has_more: first < 4 }));
      return;
    }
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  directory = await mkdtemp(join(tmpdir(), 'openclaw-client-'));
  await writeFile(
    join(directory, 'env'),
    `export OPENAI_BASE_URL=${url}\nexport OPENCLAW_ADMIN_KEY=local-key\n`,
  );
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(directory, { recursive: true });
});

beforeEach(() => {
  seen = [];
  answer = { status: 200, body: '{"id":"x"}' };
});

const nowhere: ApiSources = { environment: {}, data: '/nowhere' };

describe('the API as commands use it', () => {
  it('is the one of the command line, before the environment, before the local platform', async () => {
    const environment = { OPENAI_BASE_URL: url, OPENCLAW_ADMIN_KEY: 'from-environment' };
    await (await connect({ key: 'given' }, { environment, data: directory })).get('/thing');
    await (await connect({}, { environment, data: directory })).get('/thing');
    await (await connect({ tenant: 'acme' }, { environment: {}, data: directory })).get('/thing');
    expect(seen.map(({ headers }) => [headers.authorization, headers['openai-organization']])).toEqual([
      ['Bearer given', undefined],
      ['Bearer from-environment', undefined],
      ['Bearer local-key', 'acme'],
    ]);
  });

  it('never gets the key of the local platform at another address', async () => {
    await expect(
      connect({ url: 'https://elsewhere.example.com/v1' }, { environment: {}, data: directory }),
    ).rejects.toThrow('give a key that administers https://elsewhere.example.com/v1');
  });

  it.each([
    [{}, 'name the API with --url'],
    [{ url: 'nonsense', key: 'k' }, 'name the API with --url'],
  ])('is asked for where it is not known: %j', async (options, message) => {
    await expect(connect(options, nowhere)).rejects.toThrow(message);
  });

  it('is sent a body as JSON, and ids encoded in the path', async () => {
    const client = await connect({ url: `${url}/`, key: 'k' }, nowhere);
    expect(await client.post(path`/things/${'a/b?c'}/archive`, { name: 'n' })).toEqual({ id: 'x' });
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: '/v1/things/a%2Fb%3Fc/archive',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"n"}',
    });
  });

  it('gives all pages of a list', async () => {
    const client = await connect({ url, key: 'k' }, nowhere);
    const ids: string[] = [];
    for await (const { id } of client.list<{ id: string }>('/numbers', { archived: true })) ids.push(id);
    expect(ids).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(seen.map((request) => request.url)).toEqual([
      '/v1/numbers?limit=100&archived=true',
      '/v1/numbers?limit=100&archived=true&after=1',
      '/v1/numbers?limit=100&archived=true&after=3',
    ]);
  });

  it.each([
    [404, '{"error":{"message":"No such thing.","code":"not_found"}}', 'No such thing. (404, not_found)'],
    [500, '<html>', 'answers 500 and nothing'],
    [200, '<html>', 'answers 200 and nothing'],
  ])('says why it refuses: %s %s', async (status, body, message) => {
    answer = { status, body };
    const client = await connect({ url, key: 'k' }, nowhere);
    await expect(client.get('/thing')).rejects.toThrow(message);
  });

  it('is not followed elsewhere', async () => {
    answer = { status: 302, body: '', headers: { location: `${url}/other` } };
    const client = await connect({ url, key: 'secret' }, nowhere);
    await expect(client.get('/thing')).rejects.toThrow('does not answer');
    expect(seen).toHaveLength(1);
  });

  it('is said to be silent where nobody listens', async () => {
    const client = await connect({ url: 'http://127.0.0.1:1/v1', key: 'k' }, nowhere);
    await expect(client.get('/thing')).rejects.toThrow('http://127.0.0.1:1/v1 does not answer: ');
  });
});
