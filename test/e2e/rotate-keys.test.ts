import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigurationInput } from '../../lib/config/schema.ts';
import { chatCompletion } from '../support/fault-upstream/answers.ts';
import { repositoryRoot, writeConfiguration } from './support/start-platform.ts';
import { startTestRuntime, type TestRuntime } from './support/start-test-runtime.ts';

const run = promisify(execFile);
const NAME = 'UPSTREAM_OPENAI_API_KEY';
const former = 'sk-former-0123456789abcdef';
const replacement = 'sk-replacement-0123456789abcdef';

/** The keys that the provider takes. */
const valid = new Set([former]);
const seen: string[] = [];
let provider: Server;
let platform: TestRuntime;
let directory: string;
let commands: readonly string[];

beforeAll(async () => {
  provider = createServer(async (request, response) => {
    for await (const _ of request);
    const key = request.headers.authorization?.replace('Bearer ', '') ?? '';
    seen.push(key);
    const error = { message: `Incorrect API key provided: ${key}`, code: 'invalid_api_key' };
    response.writeHead(valid.has(key) ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(valid.has(key) ? chatCompletion({ model: 'm' }) : { error }));
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`;
  const configuration: ConfigurationInput = {
    providers: { hosted: { kind: 'openai', baseUrl, apiKeys: [NAME] } },
    models: { chat: { targets: [{ provider: 'hosted', model: 'm' }] } },
    limits: { requestsPerMinute: 100_000, tokensPerMinute: 100_000_000 },
  };
  platform = await startTestRuntime(configuration, { [NAME]: former });
  directory = await mkdtemp(join(tmpdir(), 'openclaw-rotate-'));
  const [outputs, config, key] = ['outputs.json', 'openclaw.config.ts', 'new-key.txt'].map((name) =>
    join(directory, name),
  ) as [string, string, string];
  await writeFile(outputs, JSON.stringify(platform.runtime.outputs));
  await writeConfiguration(config, configuration);
  await writeFile(key, `${replacement}\n`);
  const document = await readFile(join(repositoryRoot, 'docs/tasks/rotate-keys.md'), 'utf8');
  commands = [...document.matchAll(/^ *npx (openclaw secrets .*)$/gm)].map(([, command = '']) =>
    command.replace('outputs.json', `${outputs} --config ${config}`).replace('new-key.txt', key),
  );
});

afterAll(async () => {
  await platform?.stop();
  provider?.closeAllConnections();
  provider?.close();
  if (directory) await rm(directory, { recursive: true });
});

/** Runs a command as the document has it and gives all that it prints. */
async function runDocumented(containing: string): Promise<string> {
  const command = commands.find((one) => one.includes(containing)) ?? '';
  expect(command).not.toBe('');
  const { stdout, stderr } = await run('bash', ['-c', command.replace('openclaw', 'node bin/openclaw.ts')], {
    cwd: repositoryRoot,
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: platform.runtime.endpoints.secretsManager,
    },
  });
  const printed = stdout + stderr;
  for (const key of [former, replacement]) expect(printed).not.toContain(key);
  return printed;
}

async function ask(): Promise<number> {
  const response = await fetch(`${platform.baseURL}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${platform.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'Say something.' }] }),
  });
  await response.arrayBuffer();
  return response.status;
}

/** Asks one after the other until told to end, and gives the statuses. */
function keepAsking(): () => Promise<readonly number[]> {
  let ended = false;
  const asking = (async () => {
    const statuses: number[] = [];
    while (!ended) statuses.push(await ask());
    return statuses;
  })();
  return () => {
    ended = true;
    return asking;
  };
}

describe("a provider's key", () => {
  it('is replaced as documented, under load, without a failed request', async () => {
    expect(await runDocumented('list')).toContain(`${NAME}  stored\n`);
    const stop = keepAsking();
    valid.add(replacement);
    expect(await runDocumented('set')).toContain(`${NAME} is stored; the former key`);
    expect(await runDocumented('list')).toContain('with the former key behind it');
    valid.delete(former);
    const revokedAt = seen.length;
    for (let asked = 0; asked < 3; asked += 1) expect(await ask()).toBe(200);
    expect(await runDocumented('--former')).toContain('The former key');
    const statuses = await stop();
    expect(statuses.length).toBeGreaterThan(0);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(seen.slice(revokedAt).filter((key) => key === former).length).toBeLessThanOrEqual(2);
    expect(await runDocumented('list')).toContain(`${NAME}  stored\n`);
  });

  it('is in no log and no template, though the provider quotes it', async () => {
    valid.clear();
    expect(await ask()).toBe(502);
    const text = platform.logs.join('\n') + (await readAll(platform.assemblyDirectory));
    expect(platform.logs.length).toBeGreaterThan(0);
    expect(text).toContain('AWS::SecretsManager::Secret');
    for (const key of [former, replacement, platform.apiKey]) expect(text).not.toContain(key);
  });

  it('is removed as documented', async () => {
    const last = commands.findLast((command) => command.includes('remove')) ?? '';
    expect(last).not.toContain('--former');
    await runDocumented(last);
    expect(await runDocumented('list')).toContain(`${NAME}  missing\n`);
  });
});

/** The text of all files in a folder. */
async function readAll(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(
    files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')),
  );
  return texts.join('\n');
}
