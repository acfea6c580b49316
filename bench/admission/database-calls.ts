import { BroadcastChannel } from 'node:worker_threads';

/** One call of the database, as its engine saw it: times in milliseconds since 1970, with fractions. */
export interface DatabaseCall {
  readonly operation: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

const channelName = 'database-calls';

interface Question {
  readonly type: 'question';
}

interface Answer {
  readonly type: 'answer';
  readonly calls: readonly DatabaseCall[];
}

interface Message {
  readonly data: Question | Answer;
}

/** In the engine's thread: answers with the calls since the last question. */
export function answerWith(take: () => readonly DatabaseCall[]): void {
  const channel = new BroadcastChannel(channelName);
  channel.onmessage = (event) => {
    const { type } = (event as unknown as Message).data;
    if (type === 'question') channel.postMessage({ type: 'answer', calls: take() } satisfies Answer);
  };
  channel.unref();
}

/** In any other thread: the calls since this was asked the last time. */
export function takeCalls(): Promise<readonly DatabaseCall[]> {
  const channel = new BroadcastChannel(channelName);
  return new Promise((resolve) => {
    channel.onmessage = (event) => {
      const message = (event as unknown as Message).data;
      if (message.type !== 'answer') return;
      channel.close();
      resolve(message.calls);
    };
    channel.postMessage({ type: 'question' } satisfies Question);
  });
}

/** What admission reads and writes, and not the records of requests. */
export function isOfAdmission({ operation }: DatabaseCall): boolean {
  return operation !== 'BatchWriteItem';
}

/** The most calls that can have waited for each other: no two of them overlap. */
export function longestChain(calls: readonly DatabaseCall[]): number {
  let chain = 0;
  let endedAtMs = Number.NEGATIVE_INFINITY;
  for (const call of calls.toSorted((one, other) => one.endedAtMs - other.endedAtMs)) {
    if (call.startedAtMs < endedAtMs) continue;
    chain += 1;
    endedAtMs = call.endedAtMs;
  }
  return chain;
}
