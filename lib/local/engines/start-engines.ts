import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { RuntimeError } from '../runtime-error.ts';
import type { EngineDirectories, EngineMessage } from './engine.ts';

/** DynamoDB, SQS and S3 on loopback, in a thread of their own, so that they take no time from the HTTP front. */
export interface Engines {
  readonly dynamodb: string;
  readonly sqsAndS3: string;
  stop(): Promise<void>;
}

export interface EngineOptions extends EngineDirectories {
  readonly onLog: (line: string) => void;
  /** Called when the engines end without being asked to. */
  readonly onFailure: (error: RuntimeError) => void;
}

/** @throws RuntimeError `engine-failed` */
export async function startEngines({ onLog, onFailure, ...directories }: EngineOptions): Promise<Engines> {
  const thread = new Worker(new URL(`./engine-thread${extname(import.meta.url)}`, import.meta.url), {
    name: 'engines',
    workerData: directories satisfies EngineDirectories,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  let stopping = false;
  const exited = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  const started = new Promise<{ dynamodb: string; sqsAndS3: string }>((resolve, reject) => {
    thread.on('message', (message: EngineMessage) => {
      if (message.type === 'started') resolve(message);
      else if (message.type === 'failed') reject(failed(message.message));
      else onLog(message.line);
    });
    thread.once('error', (error) => reject(failed(String(error))));
    void exited.then(() => reject(failed('their thread ended')));
  });
  try {
    const { dynamodb, sqsAndS3 } = await started;
    void exited.then(() => {
      if (!stopping) onFailure(failed('their thread ended'));
    });
    return {
      dynamodb,
      sqsAndS3,
      stop: async () => {
        stopping = true;
        thread.postMessage('stop');
        await exited;
      },
    };
  } catch (error) {
    await thread.terminate();
    throw error;
  }
}

function failed(reason: string): RuntimeError {
  return new RuntimeError('engine-failed', `the embedded engines cannot run: ${reason}`);
}
