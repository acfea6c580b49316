import { randomUUID } from 'node:crypto';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Deadline, DeadlineQueue } from './deadline-queue.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { exitError, FunctionError, timeoutError } from './function-error.ts';
import { InFlight } from './in-flight.ts';
import { Invocation } from './invocation.ts';
import { lambdaEnvironment } from './lambda-environment.ts';
import { forwardLines } from './log-output.ts';
import { MessageBatch } from './message-batch.ts';
import type { HostMessage, WorkerMessage, WorkerSettings } from './messages.ts';

/** CPU time that a thread has taken. */
export interface CpuTime {
  readonly userMs: number;
  readonly systemMs: number;
}

interface Running {
  readonly invocation: Invocation;
  readonly deadline: Deadline;
}

/** Lambda gives the start this long, and where that was too short once more the function's time-out. */
const INIT_LIMIT_MS = 10_000;

/** A thread that does not answer within this time is stuck. */
const PING_LIMIT_MS = 1_000;

const KILLED = 'signal: killed';

/** One thread that runs a function: from its cold start to a crash, a time-out or the end. */
export class FunctionWorker {
  /** Rejects with a FunctionError where the bundle does not load. */
  readonly ready: Promise<void>;
  /** Settles when the thread is gone. */
  readonly gone: Promise<void>;
  readonly #definition: FunctionDefinition;
  readonly #onLog: (line: string) => void;
  readonly #thread: Worker;
  readonly #messages: MessageBatch<HostMessage>;
  readonly #inFlight = new InFlight<Running>();
  readonly #deadlines: DeadlineQueue<Invocation>;
  #state: 'starting' | 'ready' | 'retired' | 'gone' = 'starting';
  #nextId = 0;
  #cpu: CpuTime = { userMs: 0, systemMs: 0 };
  #pingTimer: NodeJS.Timeout | undefined;
  #exitReason: string | undefined;
  #initialized: (error?: FunctionError) => void = () => undefined;

  constructor(definition: FunctionDefinition, onLog: (line: string) => void) {
    this.#definition = definition;
    this.#onLog = onLog;
    this.#thread = startThread(definition);
    this.#messages = new MessageBatch(this.#thread);
    this.#deadlines = new DeadlineQueue(definition.timeoutMs, (invocation) => this.#timeOut(invocation));
    this.ready = this.#waitForInit();
    this.gone = new Promise((resolve) => {
      this.#thread.once('exit', (code) => {
        this.#exited(code);
        resolve();
      });
    });
    this.#thread.on('message', (messages: readonly WorkerMessage[]) => {
      for (const message of messages) this.#receive(message);
    });
    this.#thread.on('error', (error) => this.#crashed(error));
    forwardLines(this.#thread.stdout, onLog);
    forwardLines(this.#thread.stderr, onLog);
  }

  /** True until it has crashed, is retired or terminated. */
  get accepting(): boolean {
    return this.#state === 'starting' || this.#state === 'ready';
  }

  /** True while an invocation starts without waiting. */
  get warm(): boolean {
    return this.#state === 'ready';
  }

  /** Runs the function once. Call it only while the worker is ready and accepting. */
  invoke(event: unknown, signal: AbortSignal | undefined): Invocation {
    const invocation = new Invocation(this.#nextId++, event, this.#reportConsumed);
    const { id, requestId } = invocation;
    this.#inFlight.add(id, { invocation, deadline: this.#deadlines.add(invocation) });
    this.#messages.add({
      type: 'invoke',
      id,
      requestId,
      deadlineMs: Date.now() + this.#definition.timeoutMs,
      event,
    });
    const cancel = () => this.#messages.add({ type: 'cancel', id });
    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
    return invocation;
  }

  /** Takes no more invocations and ends when the last one has. */
  retire(): void {
    if (this.accepting) this.#state = 'retired';
    this.#endIfIdle();
  }

  /** Ends the thread at once; what is in flight fails. */
  async terminate(): Promise<void> {
    if (this.#state !== 'gone') {
      this.#state = 'retired';
      this.#exitReason = KILLED;
      await this.cpuUsage();
      await this.#thread.terminate();
    }
    await this.gone;
  }

  /** The thread's CPU time, as last known where it is gone. */
  async cpuUsage(): Promise<CpuTime> {
    if (this.#state !== 'gone') {
      // A thread that ends meanwhile rejects; what was known before stays the best answer.
      const usage = await this.#thread.cpuUsage().catch(() => undefined);
      if (usage) this.#cpu = { userMs: usage.user / 1000, systemMs: usage.system / 1000 };
    }
    return this.#cpu;
  }

  readonly #reportConsumed = (id: number, bytes: number): void => {
    this.#messages.add({ type: 'consumed', id, bytes });
  };

  #waitForInit(): Promise<void> {
    const ready = new Promise<void>((resolve, reject) => {
      const limit = setTimeout(() => this.#initTimedOut(), INIT_LIMIT_MS + this.#definition.timeoutMs);
      this.#initialized = (error) => {
        clearTimeout(limit);
        if (error) reject(error);
        else resolve();
      };
    });
    // Whoever waits for an invocation sees the failure; without one it is only logged.
    ready.catch(() => undefined);
    return ready;
  }

  #receive(message: WorkerMessage): void {
    switch (message.type) {
      case 'ready':
        if (this.#state === 'starting') this.#state = 'ready';
        this.#initialized();
        break;
      case 'initFailed':
        this.#initFailed(new FunctionError(message.error));
        break;
      case 'bytes':
        this.#invocation(message)?.bytes(message.bytes, message.contentType);
        break;
      case 'end':
        this.#invocation(message)?.end(message.contentType);
        break;
      case 'result': {
        const invocation = this.#invocation(message);
        invocation?.bytes(Buffer.from(message.json), 'application/json');
        invocation?.end(undefined);
        break;
      }
      case 'failed':
        this.#invocation(message)?.fail(new FunctionError(message.error));
        break;
      case 'done':
        this.#finish(message.id);
        break;
      case 'log':
        for (const line of message.line.split('\n')) this.#onLog(line);
        break;
      case 'pong':
        clearTimeout(this.#pingTimer);
        this.#pingTimer = undefined;
        break;
    }
  }

  #invocation({ id }: { readonly id: number }): Invocation | undefined {
    return this.#inFlight.get(id)?.invocation;
  }

  #finish(id: number): void {
    const running = this.#inFlight.delete(id);
    if (!running) return;
    running.deadline.clear();
    this.#endIfIdle();
  }

  #initFailed(error: FunctionError): void {
    this.#onLog(`INIT failed\t${JSON.stringify(error.payload)}`);
    this.#initialized(error);
    void this.terminate();
  }

  #initTimedOut(): void {
    this.#initFailed(timeoutError(randomUUID(), INIT_LIMIT_MS + this.#definition.timeoutMs));
  }

  #timeOut(invocation: Invocation): void {
    const error = timeoutError(invocation.requestId, this.#definition.timeoutMs);
    this.#onLog(error.message);
    this.#inFlight.delete(invocation.id);
    this.#messages.add({ type: 'cancel', id: invocation.id });
    invocation.fail(error);
    this.retire();
    this.#terminateIfStuck();
  }

  #terminateIfStuck(): void {
    if (this.#pingTimer || this.#inFlight.size === 0) return;
    this.#messages.add({ type: 'ping' });
    this.#pingTimer = setTimeout(() => void this.terminate(), PING_LIMIT_MS);
  }

  #endIfIdle(): void {
    if (this.#state === 'retired' && this.#inFlight.size === 0) void this.terminate();
  }

  #crashed(error: unknown): void {
    const outOfMemory =
      error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    if (outOfMemory) this.#exitReason = KILLED;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    for (const line of `Uncaught Exception\t${text}`.split('\n')) this.#onLog(line);
  }

  #exited(code: number): void {
    const starting = this.#state === 'starting';
    this.#state = 'gone';
    clearTimeout(this.#pingTimer);
    const reason = this.#exitReason ?? (code === 0 ? undefined : `exit status ${code}`);
    const initError = exitError(randomUUID(), reason);
    if (starting) this.#initFailed(initError);
    else this.#initialized(initError);
    for (const { invocation, deadline } of this.#inFlight.all()) {
      this.#inFlight.delete(invocation.id);
      deadline.clear();
      const error = exitError(invocation.requestId, reason);
      this.#onLog(error.message);
      invocation.fail(error);
    }
  }
}

function startThread(definition: FunctionDefinition): Worker {
  const { handler, codeDirectory, functionName, arn, memoryMb } = definition;
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  const log = {
    logGroupName: definition.logGroupName,
    logStreamName: `${day}/[$LATEST]${randomUUID().replaceAll('-', '')}`,
  };
  const settings: WorkerSettings = { handler, codeDirectory, functionName, arn, memoryMb, ...log };
  return new Worker(new URL(`./worker/main${extname(import.meta.url)}`, import.meta.url), {
    name: functionName,
    workerData: settings,
    env: lambdaEnvironment(definition, log),
    // This process's own flags are none of the function's.
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  });
}
