import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ConfigurationInput } from '../../../lib/config/schema.ts';

export const repositoryRoot = new URL('../../..', import.meta.url).pathname;

export interface PlatformOptions {
  readonly configuration?: ConfigurationInput;
  readonly environment?: Readonly<Record<string, string>>;
  /** Reuses the state of an earlier start. Default: a new folder. */
  readonly dataDirectory?: string;
  readonly port?: number;
}

export interface Platform {
  /** With `/v1`, as the openai client takes it. */
  readonly baseURL: string;
  readonly apiKey: string;
  readonly adminKey: string;
  readonly dataDirectory: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** All that the process has printed so far. */
  output(): string;
  /** Ends it as Ctrl-C does and resolves with its exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a power cut does. */
  kill(): Promise<void>;
}

/** Starts the platform as `npm start` does and waits for its ready line. */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'openclaw-e2e-')));
  const port = options.port ?? (await freePort());
  const config = join(dataDirectory, 'openclaw.config.ts');
  if (options.configuration) await writeConfiguration(config, options.configuration);
  const run = runCommand(
    [
      'dev',
      '--port',
      String(port),
      '--data',
      dataDirectory,
      ...(options.configuration ? ['--config', config] : []),
    ],
    options.environment,
  );
  await Promise.race([
    run.printed(/ready/i),
    run.exited.then((code) => {
      throw new Error(`the platform ended with code ${code} before it was ready:\n${run.output()}`);
    }),
  ]);
  const environment = await readEnvironmentFile(join(dataDirectory, 'env'));
  return {
    baseURL: environment.OPENAI_BASE_URL ?? '',
    apiKey: environment.OPENAI_API_KEY ?? '',
    adminKey: environment.OPENCLAW_ADMIN_KEY ?? '',
    dataDirectory,
    port,
    process: run.process,
    output: run.output,
    stop: async () => {
      run.process.kill('SIGINT');
      return await run.exited;
    },
    kill: async () => {
      run.process.kill('SIGKILL');
      await run.exited;
    },
  };
}

/** Removes what a platform left on disk. */
export async function removeData(dataDirectory: string): Promise<void> {
  await rm(dataDirectory, { recursive: true, force: true });
}

export async function writeConfiguration(path: string, configuration: ConfigurationInput): Promise<void> {
  const defineConfig = pathToFileURL(join(repositoryRoot, 'lib/config/define-config.ts')).href;
  await writeFile(
    path,
    `import { defineConfig } from ${JSON.stringify(defineConfig)};\nexport default defineConfig(${JSON.stringify(configuration)});\n`,
  );
}

/** Runs the CLI in the repository's root. */
export function runCommand(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const child = spawn('node', ['bin/openclaw.ts', ...args], {
    cwd: repositoryRoot,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  }
  const exited = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  return {
    process: child,
    exited,
    output: () => output,
    printed: (pattern: RegExp) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!pattern.test(output)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
      }),
  };
}

/** Reads `export NAME=value` lines. */
async function readEnvironmentFile(path: string): Promise<Readonly<Record<string, string | undefined>>> {
  const text = await readFile(path, 'utf8');
  return Object.fromEntries(
    [...text.matchAll(/^export (\w+)=['"]?([^'"\n]*)['"]?$/gm)].map(([, name, value]) => [name, value]),
  );
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
