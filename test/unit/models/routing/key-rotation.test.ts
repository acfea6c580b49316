import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { configurationSchema } from '../../../../lib/config/schema.ts';
import { readProviderKeys } from '../../../../lib/gateway/provider-keys.ts';
import { SecretsManager } from '../../../../lib/local/secrets-manager/secrets-manager.ts';
import { startSecretsManager } from '../../../../lib/local/secrets-manager/start-secrets-manager.ts';
import { createProvider, createRouter } from '../../../../lib/models/index.ts';
import { SecretStore } from '../../../../lib/storage/secret-store.ts';
import { chatCompletion } from '../../../support/fault-upstream/answers.ts';
import { temporaryDirectory } from '../../local/support/write-assembly.ts';
import { chatOn, scriptedRouter } from './support.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:keys-abcdef';

/** A provider over HTTP that knows some keys, and may forget them. */
async function startProvider(...keys: readonly string[]) {
  const valid = new Set(keys);
  const seen: string[] = [];
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    const key = request.headers.authorization?.replace('Bearer ', '') ?? '';
    seen.push(key);
    const body = valid.has(key)
      ? chatCompletion({ model: 'm' })
      : { error: { message: 'Incorrect API key', type: 'invalid_request_error', code: 'invalid_api_key' } };
    response.writeHead(valid.has(key) ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { valid, seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

/** The real router, provider and secret store, with one target and the key `old`. */
async function startFixture() {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  const provider = await startProvider('old');
  const secrets = await SecretsManager.open(join(await temporaryDirectory(), 'secrets.json'));
  await secrets.declare({ name: 'keys', arn, firstValue: () => '{"KEY":"old"}', localValues: {} });
  let reads = 0;
  const server = await startSecretsManager(secrets, {
    authorize: () => {
      reads += 1;
    },
  });
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await server.stop();
  });
  const store = new SecretStore({ endpoint: server.endpoint, region: 'us-east-1' });
  const configuration = configurationSchema.parse({
    providers: { hosted: { kind: 'openai', baseUrl: provider.url, apiKeys: ['KEY'] } },
    models: { chat: { targets: [{ provider: 'hosted', model: 'm' }] } },
  });
  const router = createRouter({
    configuration,
    providers: (name) => createProvider(name, configuration),
    keys: (name) => readProviderKeys(name, configuration, () => store.read(arn)),
    freshKeys: (name) => readProviderKeys(name, configuration, () => store.refresh(arn)),
  });
  const ask = async () => {
    const { answer, attempts } = await router.route({
      alias: 'chat',
      operation: 'chat',
      body: { messages: [] },
      stream: false,
      signal: new AbortController().signal,
    });
    expect(answer.kind).toBe('json');
    return attempts.map(({ outcome }) => outcome);
  };
  const put = (value: object) => secrets.put('keys', { value: JSON.stringify(value) });
  return { provider, ask, put, reads: () => reads };
}

describe('a provider that stops taking a key', () => {
  it('costs the request one more attempt, and the next ones none', async () => {
    const { provider, ask, put, reads } = await startFixture();
    expect(await ask()).toEqual(['ok']);
    provider.valid.add('new');
    await put({ KEY: ['new', 'old'] });
    expect(await ask()).toEqual(['ok']);
    provider.valid.delete('old');
    expect(await ask()).toEqual(['authentication', 'ok']);
    expect(await ask()).toEqual(['ok']);
    expect(provider.seen).toEqual(['old', 'old', 'old', 'new', 'new']);
    expect(reads()).toBe(2);
  });

  it('fails none of the requests that come at once, and is asked for few keys', async () => {
    const { provider, ask, put, reads } = await startFixture();
    await ask();
    provider.valid.add('new').delete('old');
    await put({ KEY: 'new' });
    const outcomes = await Promise.all(Array.from({ length: 50 }, ask));
    for (const attempts of outcomes) expect(attempts.at(-1)).toBe('ok');
    expect(Math.max(...outcomes.map((attempts) => attempts.length))).toBe(2);
    expect(reads()).toBe(2);
  });

  it('is asked with the former key where it does not take the new one yet', async () => {
    const { provider, ask, put } = await startFixture();
    await put({ KEY: ['new', 'old'] });
    expect(await ask()).toEqual(['authentication', 'ok']);
    expect(await ask()).toEqual(['ok']);
    expect(provider.seen).toEqual(['new', 'old', 'old']);
  });

  it('fails the request where nobody has stored another key', async () => {
    const { provider, ask } = await startFixture();
    provider.valid.clear();
    await expect(ask()).rejects.toMatchObject({ last: { errorClass: 'authentication' } });
    expect(provider.seen).toEqual(['old']);
  });
});

describe('keys that are read anew', () => {
  it('are not waited for while another key works', async () => {
    const { route, calls } = scriptedRouter(
      chatOn(['a/m'], { apiKeys: ['ONE', 'TWO'] }),
      { 'a/m one': ['authentication'] },
      { keys: { a: ['one', 'two'] }, freshKeys: { a: ['three'] } },
    );
    await route();
    expect(calls).toEqual(['a/m one', 'a/m two']);
  });

  it('are used where none was stored before', async () => {
    const { route, calls } = scriptedRouter(
      chatOn(['a/m'], { apiKeys: ['ONE'] }),
      {},
      { keys: { a: [] }, freshKeys: { a: ['one'] } },
    );
    await route();
    expect(calls).toEqual(['a/m one']);
  });
});
