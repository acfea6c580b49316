import { parentPort, workerData } from 'node:worker_threads';
import { describeThrown, FunctionError } from '../function-error.ts';
import { MessageBatch } from '../message-batch.ts';
import type { HostMessage, WorkerMessage, WorkerSettings } from '../messages.ts';
import { awslambda } from './awslambda.ts';
import { Invocations } from './invocations.ts';
import { loadHandler } from './load-handler.ts';
import { redirectConsole } from './log-lines.ts';

/** Runs one function in this worker thread: loads its bundle and answers the invocations that the host sends. */
async function main(): Promise<void> {
  if (!parentPort) throw new Error('This module runs in a worker thread only.');
  const port = parentPort;
  const settings = workerData as WorkerSettings;
  const host = new MessageBatch<WorkerMessage>(port);
  process.on('exit', host.flush);
  redirectConsole((line) => host.add({ type: 'log', line }));
  Object.assign(globalThis, { awslambda });
  try {
    const handler = await loadHandler(settings.codeDirectory, settings.handler);
    const invocations = new Invocations(handler, settings, host);
    port.on('message', (messages: readonly HostMessage[]) => {
      for (const message of messages) receive(message, invocations, host);
    });
    host.add({ type: 'ready' });
  } catch (thrown) {
    const error = thrown instanceof FunctionError ? thrown.payload : describeThrown(thrown);
    host.add({ type: 'initFailed', error });
  }
  host.flush();
}

function receive(message: HostMessage, invocations: Invocations, host: MessageBatch<WorkerMessage>): void {
  switch (message.type) {
    case 'invoke':
      invocations.start(message);
      break;
    case 'consumed':
      invocations.consumed(message.id, message.bytes);
      break;
    case 'cancel':
      invocations.cancel(message.id);
      break;
    case 'ping':
      host.add({ type: 'pong' });
      break;
  }
}

await main();
