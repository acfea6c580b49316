import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { watchForInterruption } from '../../../lib/cli/interruption.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function watch() {
  const exit = vi.fn<(code: number) => void>();
  const interruption = watchForInterruption(exit);
  onTestFinished(interruption.dispose);
  return { exit, ...interruption };
}

describe('an interruption', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('begins with %s', (name) => {
    const { exit, signal } = watch();
    expect(signal.aborted).toBe(false);
    process.emit(name);
    expect(signal.aborted).toBe(true);
    expect(exit).not.toHaveBeenCalled();
  });

  it('is one where npm passes on the signal that the terminal sent', () => {
    const { exit } = watch();
    process.emit('SIGINT');
    vi.advanceTimersByTime(200);
    process.emit('SIGINT');
    expect(exit).not.toHaveBeenCalled();
  });

  it('ends the process at once the second time', () => {
    const { exit } = watch();
    process.emit('SIGINT');
    vi.advanceTimersByTime(300);
    process.emit('SIGINT');
    expect(exit).toHaveBeenCalledExactlyOnceWith(130);
  });

  it('leaves signals alone when it is disposed of', () => {
    const before = process.listenerCount('SIGINT');
    watch().dispose();
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
