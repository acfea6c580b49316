import { setTimeout as sleep } from 'node:timers/promises';
import { explain } from '../runtime-error.ts';
import type { QueueSource } from './event-source.ts';
import type { QueueClient, ReceivedMessage } from './queue-client.ts';
import { queueEvent, succeededMessages } from './queue-event.ts';

export interface QueuePollerOptions {
  readonly source: QueueSource;
  readonly client: Pick<QueueClient, 'receive' | 'delete'>;
  /** Runs the function and resolves with what it answers. */
  readonly invoke: (event: unknown) => Promise<unknown>;
  readonly onLog: (line: string) => void;
}

/** The longest that SQS keeps a poll waiting. */
const LONG_POLL_SECONDS = 20;
const PAUSE_AFTER_FAILURE_MS = 1_000;

/**
 * Feeds the messages of a queue to a function as Lambda does: in batches, several at a time, and what the function works
 * off is deleted. What it does not comes back when its visibility time-out ends, or goes where the queue's redrive policy says.
 */
export class QueuePoller {
  readonly #options: QueuePollerOptions;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #polling: Promise<void> | undefined;
  #freed: () => void = () => undefined;

  constructor(options: QueuePollerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#polling ??= this.#poll();
  }

  /** Receives no more and waits for the invocations under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#freed();
    await this.#polling;
    await Promise.all(this.#running);
  }

  async #poll(): Promise<void> {
    const { source, onLog } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      if (this.#running.size >= source.maxConcurrency) {
        await new Promise<void>((resolve) => {
          this.#freed = resolve;
        });
        continue;
      }
      try {
        const batch = await this.#gather();
        if (batch.length > 0) this.#run(batch);
      } catch (error) {
        if (signal.aborted) return;
        onLog(`${source.logicalId}: the queue cannot be polled: ${explain(error)}`);
        await sleep(PAUSE_AFTER_FAILURE_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** A batch leaves when it is full, or when the window that its first message opened ends. */
  async #gather(): Promise<readonly ReceivedMessage[]> {
    const { source, client } = this.#options;
    const { signal } = this.#stopping;
    const batch = [...(await client.receive(source.batchSize, LONG_POLL_SECONDS, signal))];
    if (batch.length === 0) return batch;
    const endsAt = Date.now() + source.batchingWindowMs;
    for (let left = source.batchingWindowMs; batch.length < source.batchSize && left > 0; ) {
      const more = client.receive(source.batchSize - batch.length, Math.ceil(left / 1_000), signal);
      // What was received is worked off even where no more can be.
      batch.push(...(await more.catch(() => [])));
      if (signal.aborted) break;
      left = endsAt - Date.now();
    }
    return batch;
  }

  #run(batch: readonly ReceivedMessage[]): void {
    const work = this.#workOff(batch).finally(() => {
      this.#running.delete(work);
      this.#freed();
    });
    this.#running.add(work);
  }

  async #workOff(batch: readonly ReceivedMessage[]): Promise<void> {
    const { source, client, invoke, onLog } = this.#options;
    try {
      const answer = await invoke(queueEvent(batch, source.queueArn));
      const done = succeededMessages(batch, answer, source.reportsItemFailures);
      if (done.length > 0) await client.delete(done);
    } catch (error) {
      onLog(`${source.logicalId}: ${batch.length} messages stay in the queue: ${explain(error)}`);
    }
  }
}
