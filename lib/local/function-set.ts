import { isDeepStrictEqual } from 'node:util';
import type { FunctionDefinition } from './functions/function-definition.ts';
import { FunctionHost } from './functions/function-host.ts';
import { explain, RuntimeError } from './runtime-error.ts';

interface RunningFunction {
  readonly definition: FunctionDefinition;
  readonly host: FunctionHost;
}

/** CPU time of a function, in milliseconds. */
export interface FunctionCpu {
  readonly userMs: number;
  readonly systemMs: number;
}

/** The functions that run now, by ARN. */
export class FunctionSet {
  readonly #onLog: (line: string) => void;
  readonly #mayLog: (definition: FunctionDefinition) => boolean;
  #running: ReadonlyMap<string, RunningFunction> = new Map();
  #leaving = new Set<Promise<void>>();

  /** @param onLog - takes the lines of functions that may write to their log groups */
  constructor(
    onLog: (line: string) => void,
    mayLog: (definition: FunctionDefinition) => boolean = () => true,
  ) {
    this.#onLog = onLog;
    this.#mayLog = mayLog;
  }

  /** The function of an ARN, with or without a version or alias at its end. */
  get(arn: string): FunctionHost | undefined {
    const unqualified = arn.split(':').slice(0, 7).join(':');
    return this.#running.get(unqualified)?.host;
  }

  /** The function of a name. */
  named(functionName: string): FunctionHost | undefined {
    const running = [...this.#running.values()];
    return running.find(({ definition }) => definition.functionName === functionName)?.host;
  }

  /**
   * Starts the functions that are new or changed; `commit` then puts all in place. Until that, and where a function does
   * not start, what runs runs on.
   *
   * @throws RuntimeError `function-failed` naming the function that does not start
   */
  async prepare(definitions: readonly FunctionDefinition[]): Promise<{ commit(): void }> {
    const next = new Map<string, RunningFunction>();
    const started: FunctionHost[] = [];
    for (const definition of definitions) {
      const current = this.#running.get(definition.arn);
      if (current && isDeepStrictEqual(current.definition, definition)) {
        next.set(definition.arn, current);
        continue;
      }
      const host = new FunctionHost(definition, this.#mayLog(definition) ? { onLog: this.#onLog } : {});
      started.push(host);
      next.set(definition.arn, { definition, host });
    }
    try {
      await Promise.all([...next.values()].filter(({ host }) => started.includes(host)).map(start));
    } catch (error) {
      await Promise.all(started.map((host) => host.stop()));
      throw error;
    }
    return { commit: () => this.#replace(next) };
  }

  /** What runs. */
  get definitions(): readonly FunctionDefinition[] {
    return [...this.#running.values()].map(({ definition }) => definition);
  }

  /** CPU time by function name. */
  async cpu(): Promise<Record<string, FunctionCpu>> {
    const usage = [...this.#running.values()].map(
      async ({ definition, host }) => [definition.functionName, await host.cpuUsage()] as const,
    );
    return Object.fromEntries(await Promise.all(usage));
  }

  /** Ends every function when its invocations have ended, at most after their grace time. */
  async stop(): Promise<void> {
    this.#replace(new Map());
    await Promise.all(this.#leaving);
  }

  #replace(next: ReadonlyMap<string, RunningFunction>): void {
    const staying = new Set([...next.values()].map(({ host }) => host));
    for (const { host } of this.#running.values()) {
      if (!staying.has(host)) this.#leave(host);
    }
    this.#running = next;
  }

  #leave(host: FunctionHost): void {
    const gone = host.stop().finally(() => this.#leaving.delete(gone));
    this.#leaving.add(gone);
  }
}

async function start({ definition, host }: RunningFunction): Promise<void> {
  try {
    await host.start();
  } catch (error) {
    throw new RuntimeError(
      'function-failed',
      `the function ${definition.logicalId} does not start: ${explain(error)}`,
      error,
    );
  }
}
