import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Runtime, type RuntimeOptions, startRuntime } from '../../../lib/local/index.ts';
import { countingApp } from './support/counting-app.ts';
import { type StackFixture, temporaryDirectory, writeAssembly } from './support/write-assembly.ts';

interface Fixture {
  readonly directory: string;
  readonly assembly: string;
  start(options?: Partial<RuntimeOptions>): Promise<Runtime>;
}

async function fixture(stacks: Readonly<Record<string, StackFixture>> = countingApp()): Promise<Fixture> {
  const directory = await temporaryDirectory();
  const assembly = await writeAssembly(join(directory, 'cdk.out'), stacks);
  return {
    directory,
    assembly,
    start: async (options = {}) => {
      const runtime = await startRuntime({
        assemblyDirectory: assembly,
        dataDirectory: join(directory, 'data'),
        port: 0,
        environment: {},
        ...options,
      });
      onTestFinished(() => runtime.stop());
      return runtime;
    },
  };
}

async function read(url: string, init?: RequestInit): Promise<string> {
  const answer = await fetch(url, init);
  return answer.text();
}

const add = (url: string, name: string) => read(`${url}/count/${name}`, { method: 'POST' });

describe('a runtime', () => {
  it('serves a function that uses a table of another stack', async () => {
    const { start } = await fixture();
    const runtime = await start();
    expect(await read(runtime.url)).toBe('hello');
    expect(await add(runtime.url, 'apples')).toBe('1');
    expect(await add(runtime.url, 'apples')).toBe('2');
    expect(runtime.outputs['Counting-Api']).toEqual({ Url: `${runtime.url}/` });
    const [cpu] = Object.values(await runtime.functionCpu());
    expect(cpu?.userMs).toBeGreaterThan(0);
    const [counting] = runtime.functions;
    expect(counting?.environment).toMatchObject({ AWS_SESSION_TOKEN: expect.any(String) });
    expect(counting?.codeDirectory).toContain('asset.');
  });

  it('finds its data again after a stop and a start', async () => {
    const { start } = await fixture();
    const first = await start();
    await add(first.url, 'apples');
    const secret = await read(`${first.url}/secret`);
    await first.stop();
    const second = await start();
    expect(await read(`${second.url}/count/apples`)).toBe('1');
    expect(await read(`${second.url}/secret`)).toBe(secret);
    expect(second.outputs['Counting-Data']).toEqual(first.outputs['Counting-Data']);
  });

  it('finds every acknowledged write again after it was killed while writing', async () => {
    const { assembly, directory, start } = await fixture();
    const child = runChild(assembly, join(directory, 'data'));
    const url = await child.url;
    let acknowledged = 0;
    const writing = Array.from({ length: 8 }, async () => {
      for (;;) {
        await add(url, 'apples');
        acknowledged += 1;
        if (acknowledged === 200) child.process.kill('SIGKILL');
      }
    });
    await Promise.allSettled(writing);
    await child.exited;
    const runtime = await start();
    const count = Number(await read(`${runtime.url}/count/apples`));
    expect(count).toBeGreaterThanOrEqual(acknowledged);
    expect(count).toBeLessThanOrEqual(acknowledged + writing.length);
  });

  it('puts the values of the shell into a secret, over what is stored, and stores them nowhere', async () => {
    const { directory, start } = await fixture();
    const warnings: string[] = [];
    const runtime = await start({
      environment: { FIRST_KEY: 'first-value', SECOND_KEY: 'oc_dev_a_b' },
      onProgress: (message) => warnings.push(message),
    });
    const secret = JSON.parse(await read(`${runtime.url}/secret`));
    expect(secret).toMatchObject({ kept: 'yes', FIRST_KEY: 'first-value', SECOND_KEY: 'oc_dev_a_b' });
    expect(secret.generated).toHaveLength(32);
    const file = join(directory, 'data', 'secrets.json');
    expect(await readFile(file, 'utf8')).not.toContain('first-value');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(warnings.filter((message) => message.includes('SECOND_KEY'))).toHaveLength(1);
    expect(warnings.join()).not.toContain('FIRST_KEY');
  });

  it('takes new code over without cutting a request short', async () => {
    const { directory, start } = await fixture();
    const runtime = await start();
    await add(runtime.url, 'apples');
    const slow = read(`${runtime.url}/slow`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await runtime.reload(await writeAssembly(join(directory, 'next'), countingApp('good day')));
    expect(await read(runtime.url)).toBe('good day');
    expect(await slow).toBe('hello');
    expect(await read(`${runtime.url}/count/apples`)).toBe('1');
  });

  it('keeps the present code where the new one does not start', async () => {
    const { directory, start } = await fixture();
    const runtime = await start();
    const broken = await writeAssembly(join(directory, 'next'), countingApp('broken'));
    await writeFile(join(broken, `asset.${Buffer.from('broken').toString('hex')}`, 'index.mjs'), 'export {');
    await expect(runtime.reload(broken)).rejects.toMatchObject({ code: 'function-failed' });
    await expect(runtime.reload(join(directory, 'nowhere'))).rejects.toMatchObject({
      code: 'broken-assembly',
    });
    expect(await read(runtime.url)).toBe('hello');
  });

  it('names and leaves alone a resource of a type that it does not know', async () => {
    const app = countingApp();
    const { template } = app['Counting-Data'] ?? { template: {} };
    const unknown = { Type: 'AWS::Robots::Robot', Properties: {} };
    const data = { template: { ...template, Resources: { ...template.Resources, A: unknown, B: unknown } } };
    const { start } = await fixture({ ...app, 'Counting-Data': data });
    const messages: string[] = [];
    await start({ onProgress: (message) => messages.push(message) });
    expect(messages.filter((message) => message.includes('AWS::Robots::Robot'))).toHaveLength(2);
  });

  it('has its data folder to itself', async () => {
    const { start } = await fixture();
    const runtime = await start();
    await expect(start()).rejects.toMatchObject({
      code: 'data-directory-in-use',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await runtime.stop();
    await start();
  });

  it('says that its port is taken', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { start } = await fixture();
    await expect(start({ port })).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(String(port)),
    });
  });

  it('says what is wrong with its data folder', async () => {
    const { directory, start } = await fixture();
    const file = join(directory, 'file');
    await writeFile(file, '');
    await expect(start({ dataDirectory: file })).rejects.toMatchObject({
      code: 'data-directory-unusable',
      message: expect.stringContaining('is not a folder'),
    });
  });

  it('lets its data folder go where it cannot start', async () => {
    const { directory, start } = await fixture();
    await expect(start({ assemblyDirectory: join(directory, 'nowhere') })).rejects.toMatchObject({
      code: 'broken-assembly',
    });
    await start();
  });
});

/** A runtime in a process of its own, to be killed. */
function runChild(assembly: string, dataDirectory: string) {
  const script = `
    const { startRuntime } = await import(${JSON.stringify(new URL('../../../lib/local/index.ts', import.meta.url).href)});
    const runtime = await startRuntime(${JSON.stringify({ assemblyDirectory: assembly, dataDirectory, port: 0 })});
    console.log(runtime.url);
  `;
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const url = new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (data: Buffer) => resolve(data.toString().trim()));
    child.once('exit', (code) => reject(new Error(`the runtime ended with ${code}`)));
  });
  return { process: child, url, exited: once(child, 'exit') };
}
