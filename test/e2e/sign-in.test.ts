import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalIssuer } from '../support/local-issuer.ts';
import { type Platform, removeData, repositoryRoot, startPlatform } from './support/start-platform.ts';

const run = promisify(execFile);
const verified = { email: 'ada@example.com', email_verified: true };

let issuer: LocalIssuer;
let platform: Platform;
let document: string;

beforeAll(async () => {
  issuer = await LocalIssuer.start();
  platform = await startPlatform({
    configuration: { signIn: { issuers: [{ issuer: issuer.url, audience: 'app' }] }, apiKeyCacheMs: 0 },
  });
  document = await readFile(join(repositoryRoot, 'docs/tasks/sign-in-with-oidc.md'), 'utf8');
});

afterAll(async () => {
  await platform?.stop();
  await issuer?.stop();
  if (platform) await removeData(platform.dataDirectory);
});

/** Runs the documented command with these words in it and gives the answer that it prints. */
async function documented(containing: string, token = '') {
  const blocks = [...document.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  const command = blocks.find((block) => block.includes(containing));
  if (command === undefined) throw new Error(`no command has ${containing}`);
  const { stdout } = await run('bash', ['-euc', command], {
    env: {
      ...process.env,
      OPENAI_BASE_URL: platform.baseURL,
      OPENCLAW_ADMIN_KEY: platform.adminKey,
      TOKEN: token,
    },
  });
  return JSON.parse(stdout);
}

const clientOf = (token: string, organization = 'local') =>
  new OpenAI({ baseURL: platform.baseURL, apiKey: token, adminAPIKey: token, organization, maxRetries: 0 });

const codeOf = (request: PromiseLike<unknown>) =>
  request.then(
    () => 'accepted',
    (error: { code: string }) => error.code,
  );

describe('a person who was invited', () => {
  it('is nobody before that', async () => {
    const token = await issuer.sign(verified);
    expect(await codeOf(clientOf(token).models.list())).toBe('no_membership');
  });

  it('signs in, as documented', async () => {
    expect(await documented('/organization/invites')).toMatchObject({
      email: 'ada@example.com',
      role: 'owner',
    });
    const me = await documented('/openclaw/me', await issuer.sign(verified));
    expect(me).toMatchObject({ tenant: { id: 'local' }, role: 'tenant-admin' });
  });

  it('administers the tenant with the openai client, and calls no model: administering is another thing', async () => {
    const client = clientOf(await issuer.sign(verified));
    const { data } = await client.admin.organization.projects.list();
    expect(data.map(({ id }) => id)).toEqual(['default']);
  });

  it('acts in no other tenant', async () => {
    const token = await issuer.sign(verified);
    expect(await codeOf(clientOf(token, 'acme').models.list())).toBe('no_membership');
    expect(await codeOf(clientOf(token, 'platform').models.list())).toBe('no_membership');
  });

  it.each<[string, Record<string, unknown>]>([
    ['for somebody else', { aud: 'another-app' }],
    ['that has ended', { exp: Math.floor(Date.now() / 1_000) - 301 }],
    ['that has not begun', { nbf: Math.floor(Date.now() / 1_000) + 301 }],
    ['of an unknown issuer', { iss: 'https://evil.example.com' }],
  ])('is refused with a token %s', async (_what, claims) => {
    expect(await codeOf(clientOf(await issuer.sign({ ...verified, ...claims })).models.list())).toBe(
      'invalid_token',
    );
  });

  it('is nobody any more once removed', async () => {
    const administrator = clientOf(platform.adminKey);
    const users = await administrator.admin.organization.users.list();
    const ada = users.data.find(({ email }) => email === 'ada@example.com');
    await administrator.admin.organization.users.delete(ada?.id ?? '');
    expect(await codeOf(clientOf(await issuer.sign(verified)).models.list())).toBe('no_membership');
  });

  it('leaves no token in what is printed', async () => {
    const token = await issuer.sign(verified);
    await codeOf(clientOf(token).models.list());
    expect(platform.output()).not.toContain(token.split('.')[2]);
  });
});
