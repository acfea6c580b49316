import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { contentEvent } from '../../../bench/gateway/systems/fake-answers.ts';
import { runClosedLoop } from '../../../bench/load/closed-loop.ts';
import { runOpenLoop } from '../../../bench/load/open-loop.ts';
import { runOpenLoopStreams } from '../../../bench/load/open-loop-streams.ts';
import type { Sender } from '../../../bench/load/sender.ts';

/** Answers one request at a time, as a saturated server behind one connection does. */
function oneAtATime(answerMs: number): Sender {
  let last: Promise<void> = Promise.resolve();
  return {
    send() {
      last = last.then(() => setTimeout(answerMs));
      return last;
    },
  };
}

const refusing: Sender = { send: () => Promise.reject(new Error('status 500')) };

describe('an open loop', () => {
  it('counts the time that a request waits behind slow ones', async () => {
    const { latenciesMs, failures } = await runOpenLoop(oneAtATime(30), { perSecond: 100, seconds: 0.1 });
    expect(latenciesMs).toHaveLength(10);
    // Sent every 10 ms and answered every 30 ms, the tenth is answered 200 ms after its time.
    expect(Math.max(...latenciesMs)).toBeGreaterThan(190);
    expect(failures.count).toBe(0);
  });

  it('sends at its rate, however slow the answers are', async () => {
    const sentMs: number[] = [];
    const sender: Sender = {
      send() {
        sentMs.push(performance.now());
        return setTimeout(2_000);
      },
    };
    await runOpenLoop(sender, { perSecond: 100, seconds: 0.1 });
    expect((sentMs.at(-1) ?? 0) - (sentMs[0] ?? 0)).toBeLessThan(1_000);
  });

  it('counts failures apart from latencies, with a reason', async () => {
    const { latenciesMs, failures } = await runOpenLoop(refusing, { perSecond: 1_000, seconds: 0.01 });
    expect(latenciesMs).toEqual([]);
    expect(failures).toMatchObject({ count: 10, reasons: ['status 500', 'status 500', 'status 500'] });
  });
});

describe('a closed loop', () => {
  it('keeps as many requests under way as it has callers, and waits for the last', async () => {
    let underWay = 0;
    let most = 0;
    let sent = 0;
    const sender: Sender = {
      async send() {
        sent += 1;
        underWay += 1;
        most = Math.max(most, underWay);
        await setTimeout(5);
        underWay -= 1;
      },
    };
    const { answered } = await runClosedLoop(sender, { callers: 8, seconds: 0.05 });
    expect(most).toBe(8);
    expect(underWay).toBe(0);
    expect(answered).toBe(sent);
  });

  it('gives up on a system that refuses everything', async () => {
    const { answered, failures } = await runClosedLoop(refusing, { callers: 4, seconds: 60 });
    expect(answered).toBe(0);
    expect(failures.count).toBeGreaterThanOrEqual(100);
  });
});

describe('streams in an open loop', () => {
  const events = (chunks: number, end: string): Sender => ({
    async send(onData) {
      for (let i = 0; i < chunks; i += 1) {
        onData?.(Buffer.from(contentEvent()));
        await setTimeout(1);
      }
      onData?.(Buffer.from(end));
    },
  });

  it('measure how long each chunk was on its way', async () => {
    const { transitsMs, jittersMs, firstTokensMs } = await runOpenLoopStreams(events(5, 'data: [DONE]\n\n'), {
      perSecond: 100,
      seconds: 0.02,
      chunks: 5,
    });
    expect(firstTokensMs).toHaveLength(2);
    expect(transitsMs).toHaveLength(10);
    expect(jittersMs).toHaveLength(8);
    for (const transit of transitsMs) expect(Math.abs(transit)).toBeLessThan(1_000);
  });

  it.each([
    ['a chunk is missing', events(4, 'data: [DONE]\n\n')],
    ['[DONE] is missing', events(5, '')],
  ])('are failures where %s', async (_, sender) => {
    const { failures, transitsMs } = await runOpenLoopStreams(sender, {
      perSecond: 100,
      seconds: 0.02,
      chunks: 5,
    });
    expect(failures.count).toBe(2);
    expect(transitsMs).toEqual([]);
  });
});
