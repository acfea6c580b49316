import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  appealRejected,
  cancel,
  claimHeld,
  decideHeld,
  hasEnded,
  type Job,
  JobRefused,
  maxAttempts,
  sweepJobs,
  workOn,
} from '../../../lib/jobs/index.ts';
import { ModerationRefused } from '../../../lib/policy/index.ts';
import { memoryJobs } from './memory-jobs.ts';

const minuteMs = 60_000;
const requester = { keyId: 'key-of-caller' };
const reviewers = ['r1', 'r2', 'r3'].map((keyId) => ({ keyId }));

type Act =
  | { readonly act: 'review'; readonly by: number; readonly decision: 'approve' | 'reject' }
  | { readonly act: 'claim' | 'approve' | 'reject'; readonly by: number }
  | { readonly act: 'appeal' | 'cancel' | 'sweep' }
  | { readonly act: 'wait'; readonly minutes: number }
  | { readonly act: 'work'; readonly ends: 'well' | 'badly' | 'limited' | 'killed' };

const by = fc.nat({ max: reviewers.length - 1 });
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant('review' as const),
      by,
      decision: fc.constantFrom('approve' as const, 'reject' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('claim' as const), by }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('approve' as const, 'reject' as const), by }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constantFrom('appeal' as const, 'sweep' as const) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('cancel' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant('wait' as const), minutes: fc.constantFrom(1, 3, 20, 60 * 24) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('work' as const),
      ends: fc.constantFrom(
        'well' as const,
        'well' as const,
        'badly' as const,
        'limited' as const,
        'killed' as const,
      ),
    }),
  },
);

describe('reviewers, callers, workers and the sweep at once', () => {
  it('never make two decisions, two results or an end that is taken back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(act, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 }),
        fc.scheduler(),
        async (rounds, scheduler) => {
          const memory = memoryJobs({
            before: (operation) => scheduler.schedule(Promise.resolve(), operation),
          });
          const held = memory.hold();
          await scheduler.waitFor(held);
          const job = await held;
          for (const acts of rounds) {
            const together = acts.map((one) => carryOut(one, job, memory));
            await scheduler.waitFor(Promise.all(together));
          }
          checkHistory(memory.history);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('leave nothing open for ever: after its time a job has ended and is told of in the events, whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 12 }), fc.scheduler(), async (acts, scheduler) => {
        const memory = memoryJobs({
          before: (operation) => scheduler.schedule(Promise.resolve(), operation),
        });
        const held = memory.hold();
        await scheduler.waitFor(held);
        const job = await held;
        await scheduler.waitFor(Promise.all(acts.map((one) => carryOut(one, job, memory))));
        for (let day = 0; day < 10; day += 1) {
          memory.clock.nowMs += 24 * 60 * minuteMs;
          await scheduler.waitFor(sweepJobs('acme', memory.jobs));
          await scheduler.waitFor(sweepJobs('acme', memory.jobs));
        }
        const last = memory.stored(job);
        expect(last && hasEnded(last)).toBe(true);
        expect(memory.open.size).toBe(0);
        expect(memory.events.size).toBe(last?.moderation?.events.length);
      }),
      { numRuns: 150 },
    );
  });
});

async function carryOut(one: Act, job: Job, { jobs, clock }: ReturnType<typeof memoryJobs>): Promise<void> {
  const change = async (step: (found: Job) => Job) => {
    try {
      await jobs.change('acme', job.id, step);
    } catch (error) {
      if (!(error instanceof JobRefused || error instanceof ModerationRefused)) throw error;
    }
  };
  const reviewer = 'by' in one ? (reviewers[one.by] ?? requester) : requester;
  switch (one.act) {
    case 'review':
      await change((found) => claimHeld(found, reviewer, clock.nowMs));
      return change((found) =>
        decideHeld(found, reviewer, { decision: one.decision, reason: reviewer.keyId }, clock.nowMs),
      );
    case 'claim':
      return change((found) => claimHeld(found, reviewer, clock.nowMs));
    case 'approve':
    case 'reject':
      return change((found) =>
        decideHeld(found, reviewer, { decision: one.act as 'approve', reason: reviewer.keyId }, clock.nowMs),
      );
    case 'appeal':
      return change((found) => appealRejected(found, requester, 'please', clock.nowMs));
    case 'cancel':
      return change((found) => cancel(found, requester, clock.nowMs));
    case 'sweep':
      await sweepJobs('acme', jobs);
      return;
    case 'wait':
      clock.nowMs += one.minutes * minuteMs;
      return;
    case 'work':
      await work(one.ends, job, jobs);
  }
}

let executions = 0;

async function work(
  ends: 'well' | 'badly' | 'limited' | 'killed',
  job: Job,
  jobs: ReturnType<typeof memoryJobs>['jobs'],
) {
  const killed = Promise.withResolvers<'killed'>();
  const working = workOn('acme', job.id, {
    jobs,
    deadline: new AbortController().signal,
    execute: async () => {
      executions += 1;
      const body = Buffer.from(JSON.stringify({ execution: executions }));
      const answer = { requestId: `req_${executions}`, contentType: 'application/json', body };
      if (ends === 'killed') {
        killed.resolve('killed');
        // A dead process neither answers nor renews.
        return new Promise(() => undefined);
      }
      if (ends === 'well') return { ...answer, status: 200 };
      return { ...answer, status: ends === 'limited' ? 429 : 502, retryAfterMs: 1_000 };
    },
    renewEveryMs: 2 ** 31 - 1,
  });
  await Promise.race([working, killed.promise]);
}

const follows: Readonly<Record<string, readonly string[]>> = {
  held: ['held', 'queued', 'rejected', 'cancelled', 'expired'],
  queued: ['queued', 'running', 'failed', 'cancelled', 'expired'],
  running: ['running', 'queued', 'succeeded', 'failed', 'cancelled', 'expired'],
  rejected: ['held'],
};

function checkHistory(history: readonly Job[]): void {
  for (const [index, after] of history.entries()) {
    const before = history[index - 1];
    if (!before) continue;
    expect(follows[before.state] ?? []).toContain(after.state);
    const [eventsBefore = [], eventsAfter = []] = [before.moderation?.events, after.moderation?.events];
    expect(eventsAfter.slice(0, eventsBefore.length)).toEqual(eventsBefore);
    if (before.round === after.round && before.moderation?.decision) {
      expect(after.moderation?.decision).toEqual(before.moderation.decision);
    }
    if (after.moderation?.decision && !before.moderation?.decision) {
      expect(before.moderation?.claim?.by).toEqual(after.moderation.decision.by);
    }
    const [claimBefore, claimAfter] = [before.moderation?.claim, after.moderation?.claim];
    if (claimBefore && claimAfter && claimBefore.by.keyId !== claimAfter.by.keyId) {
      expect(claimAfter.untilMs - claimBefore.untilMs).toBeGreaterThanOrEqual(15 * minuteMs);
    }
    if (before.result) expect(after.result).toEqual(before.result);
    expect(after.attempts).toBeLessThanOrEqual(maxAttempts);
  }
  const events = history.at(-1)?.moderation?.events ?? [];
  const decisions = events.filter(({ type }) => /approved|rejected/.test(type));
  const appeals = events.filter(({ type }) => type === 'moderation.appealed');
  expect(appeals.length).toBeLessThanOrEqual(1);
  expect(decisions.length).toBeLessThanOrEqual(1 + appeals.length);
  // Whoever decided had the claim, and an appeal goes to somebody else.
  for (const { actor, text } of decisions) expect(actor?.keyId).toBe(text);
  expect(new Set(decisions.map(({ actor }) => actor?.keyId)).size).toBe(decisions.length);
  expect(new Set(history.flatMap(({ result }) => result?.content ?? [])).size).toBeLessThanOrEqual(1);
}
