import { join, resolve } from 'node:path';
import { loadConfiguration } from '../config/load-configuration.ts';
import type { Configuration } from '../config/schema.ts';
import { type Runtime, startRuntime } from '../local/index.ts';
import { readEnvironmentFile, writeEnvironmentFile } from './environment-file.ts';
import { watchForInterruption } from './interruption.ts';
import { readyMessage } from './ready-message.ts';
import { seedKeys } from './seed-keys.ts';
import { removeOtherAssemblies, synthesize } from './synthesize.ts';
import { watchSources } from './watch-sources.ts';

export interface DevOptions {
  readonly host: string;
  readonly port: number;
  /** Folder of all state. */
  readonly data: string;
  /** File of the configuration. */
  readonly config: string;
  /** Takes changes of the sources over while running. */
  readonly watch?: boolean;
}

/** The model that answers on every fresh deployment. */
const BUILT_IN_MODEL = 'openclaw-extract';

/**
 * `openclaw dev`: synthesizes the deployment and runs it on this machine until a signal ends it.
 *
 * @throws Error whose message tells what to change
 */
export async function dev(options: DevOptions): Promise<void> {
  const platform = new LocalPlatform(options);
  const interruption = watchForInterruption();
  const ended = new AbortController();
  try {
    await platform.run(AbortSignal.any([interruption.signal, ended.signal]));
  } finally {
    // Where the start failed, the app may still be being synthesized.
    ended.abort();
    interruption.dispose();
  }
}

class LocalPlatform {
  readonly #options: DevOptions;
  readonly #dataDirectory: string;
  readonly #assembliesDirectory: string;
  readonly #configurationFile: string;
  #assembly = '';

  constructor(options: DevOptions) {
    this.#options = options;
    this.#dataDirectory = resolve(options.data);
    this.#assembliesDirectory = join(this.#dataDirectory, 'cdk.out');
    this.#configurationFile = resolve(options.config);
  }

  async run(interrupted: AbortSignal): Promise<void> {
    const failure = Promise.withResolvers<never>();
    failure.promise.catch(ignored);
    const started = this.#start(interrupted, failure.reject);
    let runtime: Runtime;
    try {
      runtime = await started;
    } catch (error) {
      // The synthesis was cut short.
      if (interrupted.aborted) return;
      throw error;
    }
    const unwatch = this.#options.watch ? this.#watch(runtime, interrupted) : ignored;
    try {
      await Promise.race([aborted(interrupted), failure.promise]);
      print('Stopping: requests in flight may end. Ctrl-C again stops at once.');
    } finally {
      unwatch();
      await runtime.stop();
    }
  }

  async #start(interrupted: AbortSignal, onFailure: (error: Error) => void): Promise<Runtime> {
    const startedAtMs = performance.now();
    print('Synthesizing the CDK app and starting the embedded engines');
    // At the same time: the app's own process, the engines' thread, and the check of the configuration, which is what
    // fails most often.
    const assembly = this.#synthesize(interrupted);
    assembly.catch(ignored);
    const configuration = await loadConfiguration(this.#configurationFile);
    const runtime = await startRuntime({
      assemblyDirectory: assembly,
      dataDirectory: this.#dataDirectory,
      host: this.#options.host,
      port: this.#options.port,
      onProgress: print,
      onLog: print,
      onFailure,
    });
    try {
      this.#assembly = await assembly;
      await removeOtherAssemblies(this.#assembliesDirectory, [this.#assembly]);
      const baseUrl = `${reachable(runtime.url)}/v1`;
      const environmentFile = await this.#writeEnvironment(runtime, configuration, baseUrl);
      const models = Object.keys(configuration.models);
      const model = models.includes(BUILT_IN_MODEL) ? BUILT_IN_MODEL : (models[0] ?? BUILT_IN_MODEL);
      if (!interrupted.aborted) {
        const startedInMs = performance.now() - startedAtMs;
        print(readyMessage({ baseUrl, environmentFile, model, startedInMs }));
      }
      return runtime;
    } catch (error) {
      await runtime.stop();
      throw error;
    }
  }

  #synthesize(signal: AbortSignal): Promise<string> {
    return synthesize({
      configurationFile: this.#configurationFile,
      assembliesDirectory: this.#assembliesDirectory,
      signal,
    });
  }

  async #writeEnvironment(
    runtime: Runtime,
    { environment }: Configuration,
    baseUrl: string,
  ): Promise<string> {
    const file = join(this.#dataDirectory, 'env');
    const { OPENAI_API_KEY: developer, OPENCLAW_ADMIN_KEY: admin } = await readEnvironmentFile(file);
    const keys = await seedKeys(runtime, environment, {
      ...(developer !== undefined && { developer }),
      ...(admin !== undefined && { admin }),
    });
    await writeEnvironmentFile(file, {
      OPENAI_BASE_URL: baseUrl,
      OPENAI_API_KEY: keys.developer,
      OPENCLAW_ADMIN_KEY: keys.admin,
    });
    return file;
  }

  #watch(runtime: Runtime, interrupted: AbortSignal): () => void {
    print('Watching lib, functions, bin and the configuration for changes');
    return watchSources(
      this.#configurationFile,
      () => this.#reload(runtime, interrupted),
      (error) => print(`Changes are not noticed any more: ${error.message}`),
    );
  }

  async #reload(runtime: Runtime, interrupted: AbortSignal): Promise<void> {
    try {
      const assembly = await this.#synthesize(interrupted);
      if (assembly === this.#assembly) return;
      await runtime.reload(assembly);
      // Functions that still answer a request may yet load a chunk of the former bundle.
      await removeOtherAssemblies(this.#assembliesDirectory, [assembly, this.#assembly]);
      this.#assembly = assembly;
      print('Reloaded');
    } catch (error) {
      if (interrupted.aborted) return;
      print(`Not reloaded, the former code runs on: ${error instanceof Error ? error.message : error}`);
    }
  }
}

/** Who listens on every interface is reached on loopback. */
function reachable(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function ignored(): void {}
