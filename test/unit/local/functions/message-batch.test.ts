import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MessageBatch } from '../../../../lib/local/functions/message-batch.ts';

function recordingPort() {
  const sent: { messages: unknown; transfer: readonly ArrayBuffer[] }[] = [];
  return {
    sent,
    postMessage: (messages: unknown, transfer: readonly ArrayBuffer[]) => sent.push({ messages, transfer }),
  };
}

describe('MessageBatch', () => {
  it('sends the messages of one turn together and in order', async () => {
    const port = recordingPort();
    const batch = new MessageBatch<string>(port);
    batch.add('a');
    await Promise.resolve();
    batch.add('b');
    expect(port.sent).toEqual([]);
    await turn();
    batch.add('c');
    await turn();
    expect(port.sent.map(({ messages }) => messages)).toEqual([['a', 'b'], ['c']]);
  });

  it('hands over the memory that the messages refer to', async () => {
    const port = recordingPort();
    const batch = new MessageBatch<string>(port);
    const buffer = new ArrayBuffer(8);
    batch.add('a', buffer);
    batch.add('b');
    await turn();
    expect(port.sent[0]?.transfer).toEqual([buffer]);
  });

  it('does not wait for the end of a long turn', () => {
    const port = recordingPort();
    const batch = new MessageBatch<string>(port);
    batch.add('a');
    const start = performance.now();
    while (performance.now() - start < 3);
    batch.add('b');
    expect(port.sent).toHaveLength(1);
  });

  it('sends nothing when nothing waits', async () => {
    const port = recordingPort();
    const batch = new MessageBatch<string>(port);
    batch.flush();
    batch.add('a');
    batch.flush();
    await turn();
    expect(port.sent).toHaveLength(1);
  });
});
