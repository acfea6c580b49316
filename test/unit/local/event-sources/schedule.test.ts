import { afterEach, describe, expect, it, vi } from 'vitest';
import { ratePeriodMs } from '../../../../lib/local/event-sources/schedule-expression.ts';
import { ScheduleRunner } from '../../../../lib/local/event-sources/schedule-runner.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('a rate', () => {
  it.each([
    ['rate(1 minute)', 60_000],
    ['rate(5 minutes)', 300_000],
    ['rate(1 hour)', 3_600_000],
    ['rate(2 days)', 172_800_000],
    ['cron(0 12 * * ? *)', undefined],
  ])('%s is %s ms', (expression, expected) => {
    expect(ratePeriodMs(expression)).toBe(expected);
  });

  it.each(['rate(1 minutes)', 'rate(5 minute)', 'rate(0 minutes)', 'rate(1.5 hours)', 'rate(1 week)'])(
    '%s is refused',
    (expression) => {
      expect(() => ratePeriodMs(expression)).toThrow(/is no rate/);
    },
  );
});

describe('a schedule', () => {
  const schedule = {
    logicalId: 'Sweep',
    ruleArn: 'arn:aws:events:eu-west-1:000000000000:rule/sweep',
    functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:sweeper',
    periodMs: 60_000,
  };

  it("invokes with EventBridge's event after each period, a failure or not, until it is stopped", async () => {
    vi.useFakeTimers();
    const events: unknown[] = [];
    const logs: string[] = [];
    const runner = new ScheduleRunner({
      schedule,
      invoke: async (event) => {
        events.push(event);
        if (events.length === 1) throw new Error('not yet');
      },
      onLog: (line) => logs.push(line),
    });
    runner.start();
    await vi.advanceTimersByTimeAsync(59_999);
    expect(events).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(60_001);
    expect(events).toHaveLength(2);
    expect(events[0]).toMatchObject({ 'detail-type': 'Scheduled Event', resources: [schedule.ruleArn] });
    expect(logs).toEqual(['Sweep: the scheduled run failed: not yet']);
    await runner.stop();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(events).toHaveLength(2);
  });

  it('invokes with the input of its target where there is one', async () => {
    vi.useFakeTimers();
    const events: unknown[] = [];
    const runner = new ScheduleRunner({
      schedule: { ...schedule, input: '{"sweep":"ledger"}' },
      invoke: async (event) => {
        events.push(event);
      },
      onLog: () => undefined,
    });
    runner.start();
    await vi.advanceTimersByTimeAsync(60_000);
    await runner.stop();
    expect(events).toEqual([{ sweep: 'ledger' }]);
  });
});
