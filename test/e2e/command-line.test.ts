import { execFile } from 'node:child_process';
import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFaultUpstream } from '../support/fault-upstream/index.ts';
import {
  freePort,
  type Platform,
  removeData,
  repositoryRoot,
  runCommand,
  startPlatform,
  writeConfiguration,
} from './support/start-platform.ts';

const run = promisify(execFile);

const question = {
  model: 'openclaw-extract',
  messages: [{ role: 'user' as const, content: 'The sky is blue. Grass is green. What colour is grass?' }],
};

describe('openclaw dev', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(async () => {
    await platform?.kill();
    if (platform) await removeData(platform.dataDirectory);
  });

  it('prints a ready line, a curl that works as pasted, and a client snippet', async () => {
    expect(platform.output()).toContain(platform.baseURL);
    expect(platform.output()).toMatch(/import OpenAI from 'openai'/);
    const [curl = ''] = /curl [\s\S]*?'\{[\s\S]*?\}'/.exec(platform.output()) ?? [];
    expect(curl).not.toBe('');
    const { stdout } = await run('bash', ['-c', `source ${platform.dataDirectory}/env && ${curl}`]);
    expect(JSON.parse(stdout)).toMatchObject({ object: 'chat.completion' });
  });

  it('keeps the keys in a file that only the user can read', async () => {
    const { mode } = await stat(join(platform.dataDirectory, 'env'));
    expect(mode & 0o777).toBe(0o600);
    expect(platform.apiKey).toMatch(/^oc_dev_[a-z0-9]{12}_[a-z0-9]{40}$/);
    expect(platform.adminKey).toMatch(/^oc_dev_[a-z0-9]{12}_[a-z0-9]{40}$/);
    expect(platform.output()).not.toContain(platform.adminKey);
  });

  it('LiteLLM 38157: keeps its state and its records over kill -9 in the middle of requests', async () => {
    const client = new OpenAI({ baseURL: platform.baseURL, apiKey: platform.apiKey, maxRetries: 0 });
    const ask = () => Array.from({ length: 20 }, () => client.chat.completions.create(question));
    const first = ask();
    await Promise.any(first);
    const pending = Promise.allSettled([...first, ...ask()]);
    await new Promise((resolve) => setTimeout(resolve, 15));
    const { apiKey, dataDirectory, port } = platform;
    await platform.kill();
    const answered = (await pending).flatMap((one) =>
      one.status === 'fulfilled' ? [one.value._request_id] : [],
    );
    platform = await startPlatform({ dataDirectory, port });
    expect(platform.apiKey).toBe(apiKey);
    const records = await fetch(`${platform.baseURL}/openclaw/requests?limit=100`, {
      headers: { authorization: `Bearer ${platform.adminKey}` },
    });
    const recorded = await records.text();
    expect(answered.length).toBeGreaterThan(0);
    for (const requestId of answered) expect(recorded).toContain(requestId);
    const answer = await client.chat.completions.create(question);
    expect(answer.choices[0]?.message.content).toContain('Grass is green.');
  });

  it('refuses a data folder that another one uses', async () => {
    const second = runCommand(['dev', '--port', String(await freePort()), '--data', platform.dataDirectory]);
    expect(await second.exited).toBe(1);
    expect(second.output()).toMatch(/in use/i);
  });

  it('ends with code 0 on Ctrl-C', async () => {
    expect(await platform.stop()).toBe(0);
    await expect(fetch(`${platform.baseURL}/models`)).rejects.toThrow();
  });
});

describe('Ctrl-C', () => {
  it('lets requests in flight finish', async () => {
    const upstream = await startFaultUpstream({ chunkDelayMs: 150 });
    const platform = await startPlatform({
      configuration: {
        providers: { upstream: { kind: 'openai', baseUrl: upstream.url } },
        models: { chat: { targets: [{ provider: 'upstream', model: 'ok' }] } },
      },
    });
    const client = new OpenAI({ baseURL: platform.baseURL, apiKey: platform.apiKey, maxRetries: 0 });
    const stream = await client.chat.completions.create({ ...question, model: 'chat', stream: true });
    let stopped: Promise<number | null> | undefined;
    let finishReason: string | null | undefined;
    for await (const chunk of stream) {
      stopped ??= platform.stop();
      finishReason = chunk.choices[0]?.finish_reason ?? finishReason;
    }
    expect(finishReason).toBe('stop');
    expect(await stopped).toBe(0);
    await upstream.stop();
    await removeData(platform.dataDirectory);
  });
});

describe('openclaw dev refuses, with code 1 and what to do:', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'openclaw-refuse-'));
  });
  afterAll(() => removeData(directory));

  async function refusal(args: readonly string[]): Promise<string> {
    const command = runCommand(['dev', '--data', join(directory, 'data'), ...args]);
    expect(await command.exited).toBe(1);
    expect(command.output()).not.toMatch(/^\s+at .+\(.+:\d+:\d+\)$/m);
    return command.output();
  }

  it('a port that is taken', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      }),
    );
    expect(await refusal(['--port', String(port)])).toContain(String(port));
    await new Promise((resolve) => server.close(resolve));
  });

  it('a configuration with a wrong key, naming it and what is expected', async () => {
    const config = join(directory, 'wrong.config.ts');
    await writeConfiguration(config, { limits: { requestsPerMinute: -1 } });
    const output = await refusal(['--port', String(await freePort()), '--config', config]);
    expect(output).toContain('limits.requestsPerMinute');
  });

  it('a configuration that does not exist', async () => {
    expect(
      await refusal(['--port', String(await freePort()), '--config', join(directory, 'none.ts')]),
    ).toContain('none.ts');
  });

  it('a configuration that is no TypeScript', async () => {
    const config = join(directory, 'broken.config.ts');
    await writeFile(config, 'export default {{');
    expect(await refusal(['--port', String(await freePort()), '--config', config])).toContain(
      'broken.config.ts',
    );
  });

  it('a data folder that is a file', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    const command = runCommand(['dev', '--port', String(await freePort()), '--data', file]);
    expect(await command.exited).toBe(1);
    expect(command.output()).toContain(file);
  });

  it('a port that is no number', async () => {
    const command = runCommand(['dev', '--port', 'many']);
    expect(await command.exited).toBe(1);
    expect(command.output()).toMatch(/port/);
  });
});

describe('npx openclaw', () => {
  it("runs this repository's command, on Node 24, whatever Node is installed", async () => {
    // Without the folder of the repository's own commands, as in a user's shell.
    const PATH = (process.env.PATH ?? '').split(':').filter((folder) => !folder.includes('node_modules'));
    const { stdout } = await run('npx', ['openclaw', '--version'], {
      cwd: repositoryRoot,
      env: { ...process.env, PATH: PATH.join(':') },
    });
    const { version } = JSON.parse(await readFile(join(repositoryRoot, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(stdout.trim()).toBe(version);
  });
});
