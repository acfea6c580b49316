import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Platform, removeData, repositoryRoot, startPlatform } from './support/start-platform.ts';

const run = promisify(execFile);
const question = {
  model: 'openclaw-extract',
  messages: [{ role: 'user' as const, content: 'Grass is green. What colour is grass?' }],
};

let platform: Platform;
let document: string;

beforeAll(async () => {
  platform = await startPlatform();
  document = await readFile(join(repositoryRoot, 'docs/tasks/add-a-tenant.md'), 'utf8');
});

afterAll(async () => {
  await platform?.stop();
  if (platform) await removeData(platform.dataDirectory);
});

const clientOf = (key: string, organization: string | null = null) =>
  new OpenAI({ baseURL: platform.baseURL, apiKey: key, adminAPIKey: key, organization, maxRetries: 0 });

/** Runs the commands of the document that begin so, in order, as it has them. */
async function documented(beginning: string, replacements: Record<string, string> = {}): Promise<string[]> {
  const commands = [...document.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap(([, block = '']) => block.trim().split('\n'))
    .filter((line) => line.startsWith(`npx openclaw ${beginning}`));
  expect(commands.length).toBeGreaterThan(0);
  const outputs: string[] = [];
  for (const command of commands) {
    const line = Object.entries(replacements).reduce(
      (text, [from, to]) => text.replaceAll(from, to),
      command.replace('npx openclaw', 'node bin/openclaw.ts'),
    );
    const { stdout } = await run('bash', ['-c', line], {
      cwd: repositoryRoot,
      env: {
        ...process.env,
        OPENAI_BASE_URL: platform.baseURL,
        OPENCLAW_ADMIN_KEY: platform.adminKey,
      },
    });
    outputs.push(stdout.trim());
  }
  return outputs;
}

const statusOf = (key: string) =>
  clientOf(key)
    .models.list()
    .then(
      () => 200,
      (error: { status: number }) => error.status,
    );

describe('a tenant', () => {
  let service: string;
  let administrator: string;

  it('of the local platform is there, with its project and keys', async () => {
    const client = clientOf(platform.adminKey);
    const projects = await client.admin.organization.projects.list();
    expect(projects.data.map(({ id }) => id)).toEqual(['default']);
    const keys = await client.admin.organization.projects.apiKeys.list('default');
    expect(keys.data.map(({ name }) => name)).toEqual(['local developer']);
    const adminKeys = await client.admin.organization.adminAPIKeys.list();
    expect(adminKeys.data.map(({ name }) => name)).toEqual(['local administrator']);
  });

  it('is added, and gets keys that work, as documented', async () => {
    const [made] = await documented('tenants create');
    expect(made).toContain('Tenant acme is active');
    expect(await documented('projects create')).toEqual(['search']);
    const keys = await documented('keys create');
    [service = '', administrator = ''] = keys;
    const answer = await clientOf(service).chat.completions.create(question);
    expect(answer.choices[0]?.message.content).toContain('Grass is green.');
    expect((await clientOf(platform.adminKey, 'acme').admin.organization.projects.list()).data).toHaveLength(
      2,
    );
  });

  it("is administered with OpenAI's client, as documented", async () => {
    const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(document) ?? [];
    const { stdout } = await run('node', ['--input-type=module', '--eval', code], {
      cwd: repositoryRoot,
      env: { ...process.env, OPENAI_BASE_URL: platform.baseURL, OPENCLAW_ADMIN_KEY: administrator },
    });
    expect(await statusOf(stdout.trim())).toBe(200);
    const names = (await clientOf(administrator).admin.organization.projects.list()).data.map(
      ({ name }) => name,
    );
    expect(names.sort()).toEqual(['Billing', 'Search', 'default']);
    const invite = await clientOf(administrator).admin.organization.invites.create({
      email: 'ada@example.com',
      role: 'reader',
    });
    expect(invite.status).toBe('pending');
  });

  it('has its keys rotated and revoked as documented', async () => {
    const [table = ''] = await documented('keys list');
    const id = /^(\w{12}) .*search service$/m.exec(table)?.[1] ?? '';
    const [rotated = ''] = await documented('keys rotate', { '<key id>': id });
    expect([await statusOf(service), await statusOf(rotated)]).toEqual([200, 200]);
    await documented('keys revoke', { '<key id>': id });
    expect([await statusOf(service), await statusOf(rotated)]).toEqual([401, 200]);
    service = rotated;
  });

  it("cannot reach another one's things, nor learn whether there are any", async () => {
    const { id } = await clientOf(platform.adminKey).admin.organization.projects.create({ name: 'secret' });
    const { projects } = clientOf(administrator).admin.organization;
    await expect(projects.retrieve(id)).rejects.toMatchObject({ status: 404, code: 'not_found' });
    for (const name of ['local', 'nothing']) {
      await expect(clientOf(administrator, name).models.list()).rejects.toMatchObject({
        status: 401,
        code: 'mismatched_organization',
      });
    }
  });

  it('is suspended, resumed and deleted as documented', async () => {
    await documented('tenants suspend');
    expect(await statusOf(service)).toBe(403);
    await documented('tenants resume');
    expect(await statusOf(service)).toBe(200);
    await documented('tenants delete');
    expect([await statusOf(service), await statusOf(administrator)]).toEqual([401, 401]);
  });
});
