import { setTimeout as sleep } from 'node:timers/promises';
import type { FunctionDefinition } from './function-definition.ts';
import { type CpuTime, FunctionWorker } from './function-worker.ts';
import type { StreamingResult } from './invocation.ts';

export interface FunctionHostOptions {
  /** Takes what the function logs, line by line, led by its name. @default - nowhere */
  readonly onLog?: (line: string) => void;
  /** How long `stop` waits for invocations in flight, in milliseconds. @default 10000 */
  readonly graceMs?: number;
}

export interface InvokeOptions {
  /** Aborted when nobody reads the response any more: the function sees its connection break. */
  readonly signal?: AbortSignal;
}

const DEFAULT_GRACE_MS = 10_000;

/**
 * Runs one function as Lambda does, except that one worker takes any number of invocations at a time. A worker that
 * crashes or times out is replaced: the next invocation is a cold start.
 */
export class FunctionHost {
  readonly #definition: FunctionDefinition;
  readonly #onLog: (line: string) => void;
  readonly #graceMs: number;
  readonly #workers = new Set<FunctionWorker>();
  #current: FunctionWorker | undefined;
  #stopped = false;
  #pastCpu: CpuTime = { userMs: 0, systemMs: 0 };

  constructor(definition: FunctionDefinition, options: FunctionHostOptions = {}) {
    const { onLog, graceMs = DEFAULT_GRACE_MS } = options;
    this.#definition = definition;
    this.#onLog = onLog ? (line) => onLog(`${definition.functionName}\t${line}`) : () => undefined;
    this.#graceMs = graceMs;
  }

  /**
   * Starts the function before its first invocation needs it.
   *
   * @throws FunctionError where the bundle does not load; invocations try again
   */
  async start(): Promise<void> {
    await this.#readyWorker();
  }

  /**
   * Runs the function and gives its response as it comes.
   *
   * @param event - JSON data
   * @throws FunctionError where the function fails before it writes; a later failure reaches the body's reader
   */
  async invokeStreaming(event: unknown, options: InvokeOptions = {}): Promise<StreamingResult> {
    const worker = this.#warmWorker() ?? (await this.#readyWorker());
    return worker.invoke(event, options.signal).result;
  }

  /**
   * Runs the function and waits for its whole response.
   *
   * @param event - JSON data
   * @returns the handler's result; the text where a streaming handler wrote something else than JSON
   * @throws FunctionError where the function fails
   */
  async invoke(event: unknown): Promise<unknown> {
    const { body } = await this.invokeStreaming(event);
    const chunks: Uint8Array[] = [];
    const bytes = await new Promise<Buffer>((resolve, reject) => {
      body.read({
        onBytes: (chunk) => chunks.push(chunk),
        onEnd: () => resolve(Buffer.concat(chunks)),
        onError: reject,
      });
    });
    return parseJson(bytes.toString());
  }

  /** The CPU time of all the function's workers since the host was made, in milliseconds. */
  async cpuUsage(): Promise<CpuTime> {
    const living = await Promise.all([...this.#workers].map((worker) => worker.cpuUsage()));
    return living.reduce(add, this.#pastCpu);
  }

  /** Waits for the invocations in flight, at most the grace time, and ends the function. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#current = undefined;
    const workers = [...this.#workers];
    for (const worker of workers) worker.retire();
    const cut = new AbortController();
    const grace = sleep(this.#graceMs, undefined, { signal: cut.signal }).catch(() => undefined);
    await Promise.race([Promise.all(workers.map(({ gone }) => gone)), grace]);
    cut.abort();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #warmWorker(): FunctionWorker | undefined {
    return this.#current?.warm ? this.#current : undefined;
  }

  async #readyWorker(): Promise<FunctionWorker> {
    for (;;) {
      const worker = this.#acceptingWorker();
      await worker.ready;
      if (worker.warm) return worker;
    }
  }

  #acceptingWorker(): FunctionWorker {
    if (this.#stopped) throw new Error(`The function ${this.#definition.functionName} is stopped.`);
    if (this.#current?.accepting) return this.#current;
    const worker = new FunctionWorker(this.#definition, this.#onLog);
    this.#current = worker;
    this.#workers.add(worker);
    void worker.gone.then(async () => {
      this.#workers.delete(worker);
      this.#pastCpu = add(this.#pastCpu, await worker.cpuUsage());
    });
    return worker;
  }
}

function add(a: CpuTime, b: CpuTime): CpuTime {
  return { userMs: a.userMs + b.userMs, systemMs: a.systemMs + b.systemMs };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
