import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeadlineQueue } from '../../../../lib/local/functions/deadline-queue.ts';
import { bytesKept, fewBytes } from '../../../support/bytes-kept.ts';

const module = new URL('../../../../lib/local/functions/deadline-queue.ts', import.meta.url);

describe('DeadlineQueue', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function queueOf(durationMs: number) {
    const expired: string[] = [];
    return { expired, queue: new DeadlineQueue<string>(durationMs, (item) => expired.push(item)) };
  }

  it('reports each item once, when its own time is over', () => {
    const { queue, expired } = queueOf(100);
    queue.add('first');
    vi.advanceTimersByTime(60);
    queue.add('second');
    vi.advanceTimersByTime(50);
    expect(expired).toEqual(['first']);
    vi.advanceTimersByTime(50);
    expect(expired).toEqual(['first', 'second']);
    vi.advanceTimersByTime(1_000);
    expect(expired).toEqual(['first', 'second']);
  });

  it('forgets an item that leaves in time', () => {
    const { queue, expired } = queueOf(100);
    const leaving = queue.add('leaves');
    queue.add('stays');
    leaving.clear();
    leaving.renew();
    vi.advanceTimersByTime(200);
    expect(expired).toEqual(['stays']);
  });

  it('starts the time anew where it is renewed', () => {
    const { queue, expired } = queueOf(100);
    const busy = queue.add('busy');
    queue.add('idle');
    vi.advanceTimersByTime(90);
    busy.renew();
    vi.advanceTimersByTime(90);
    expect(expired).toEqual(['idle']);
    vi.advanceTimersByTime(20);
    expect(expired).toEqual(['idle', 'busy']);
    busy.renew();
    vi.advanceTimersByTime(1_000);
    expect(expired).toEqual(['idle', 'busy']);
  });

  it('serves any number of items with one timer', () => {
    const { queue } = queueOf(100);
    for (let i = 0; i < 1_000; i++) queue.add(`item ${i}`);
    expect(vi.getTimerCount()).toBe(1);
  });

  it("keeps the others' deadlines where an expired item is added again", () => {
    const expired: string[] = [];
    const queue = new DeadlineQueue<string>(100, (item) => {
      expired.push(item);
      if (expired.length === 1) queue.add(item);
    });
    queue.add('again');
    vi.advanceTimersByTime(50);
    queue.add('other');
    vi.advanceTimersByTime(110);
    expect(expired).toEqual(['again', 'other']);
    vi.advanceTimersByTime(60);
    expect(expired).toEqual(['again', 'other', 'again']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes items again after it was empty', () => {
    const { queue, expired } = queueOf(100);
    queue.add('a').clear();
    vi.advanceTimersByTime(500);
    queue.add('b');
    vi.advanceTimersByTime(110);
    expect(expired).toEqual(['b']);
  });

  it('keeps nothing of what came and went', () => {
    const kept = bytesKept(`
      import { DeadlineQueue } from ${JSON.stringify(module)};
      const queue = new DeadlineQueue(60_000, () => undefined);
      const waiting = [];
      const once = (i) => {
        waiting.push(queue.add(new Array(500).fill(i)));
        if (waiting.length > 32) waiting.shift().clear();
      };`);
    expect(kept).toBeLessThan(fewBytes);
  });
});
