import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { RemoteEnforcement, UsedPermission } from '../access/index.ts';
import { RuntimeError } from '../runtime-error.ts';
import type { EngineCommand, EngineMessage, EngineSettings } from './engine.ts';

/** DynamoDB, SQS and S3 on loopback, in a thread of their own, so that they take no time from the HTTP front. */
export interface Engines extends RemoteEnforcement {
  readonly dynamodb: string;
  readonly sqsAndS3: string;
  stop(): Promise<void>;
}

export interface EngineOptions extends EngineSettings {
  readonly onLog: (line: string) => void;
  /** Called when a role makes use of a permission for the first time. */
  readonly onUsed: (permission: UsedPermission) => void;
  /** Called with each call that was refused: AWS's sentence, and the statement that is missing. */
  readonly onDenied: (denied: { readonly message: string; readonly missing: object | undefined }) => void;
  /** Called when the engines end without being asked to. */
  readonly onFailure: (error: RuntimeError) => void;
}

/** @throws RuntimeError `engine-failed` */
export async function startEngines(options: EngineOptions): Promise<Engines> {
  const { onLog, onUsed, onDenied, onFailure, ...settings } = options;
  const thread = new Worker(new URL(`./engine-thread${extname(import.meta.url)}`, import.meta.url), {
    name: 'engines',
    workerData: settings satisfies EngineSettings,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  let stopping = false;
  const commands = new Commands(thread);
  const exited = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  const started = Promise.withResolvers<{ dynamodb: string; sqsAndS3: string }>();
  thread.on('message', (message: EngineMessage) => {
    if (message.type === 'started') started.resolve(message);
    else if (message.type === 'failed') started.reject(failed(message.message));
    else if (message.type === 'done') commands.done(message.id);
    else if (message.type === 'used') onUsed(message.permission);
    else if (message.type === 'denied') onDenied(message);
    else onLog(message.line);
  });
  thread.once('error', (error) => started.reject(failed(String(error))));
  void exited.then(() => {
    commands.end();
    started.reject(failed('their thread ended'));
  });
  try {
    const { dynamodb, sqsAndS3 } = await started.promise;
    void exited.then(() => {
      if (!stopping) onFailure(failed('their thread ended'));
    });
    return {
      dynamodb,
      sqsAndS3,
      setAccess: (table) => commands.send({ type: 'setAccess', table }),
      addSession: (session) => commands.send({ type: 'addSession', session }),
      stop: async () => {
        stopping = true;
        thread.postMessage({ type: 'stop' } satisfies EngineCommand);
        await exited;
      },
    };
  } catch (error) {
    await thread.terminate();
    throw error;
  }
}

type NumberedCommand = Exclude<EngineCommand, { type: 'stop' }>;
/** A command without its number. */
type Unnumbered<Command> = Command extends { id: number } ? Omit<Command, 'id'> : never;

/** What the thread was told to do and has not yet done. */
class Commands {
  readonly #thread: Worker;
  readonly #waiting = new Map<number, () => void>();
  #lastId = 0;
  #ended = false;

  constructor(thread: Worker) {
    this.#thread = thread;
  }

  /** Resolves when the thread has obeyed, or is gone. */
  send(command: Unnumbered<NumberedCommand>): Promise<void> {
    if (this.#ended) return Promise.resolve();
    this.#lastId += 1;
    const id = this.#lastId;
    this.#thread.postMessage({ ...command, id });
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  done(id: number): void {
    this.#waiting.get(id)?.();
    this.#waiting.delete(id);
  }

  end(): void {
    this.#ended = true;
    for (const resolve of this.#waiting.values()) resolve();
    this.#waiting.clear();
  }
}

function failed(reason: string): RuntimeError {
  return new RuntimeError('engine-failed', `the embedded engines cannot run: ${reason}`);
}
