import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  cancel,
  claimHeld,
  decideHeld,
  type Execution,
  type Job,
  maxAttempts,
  sweepJobs,
  type WorkOptions,
  workOn,
} from '../../../lib/jobs/index.ts';
import { ObjectTooLarge } from '../../../lib/storage/tenant-object-store.ts';
import { type MemoryJobsOptions, memoryJobs } from './memory-jobs.ts';

const reviewer = { keyId: 'reviewer' };

async function queued(options: MemoryJobsOptions = {}) {
  const memory = memoryJobs(options);
  const { jobs, clock } = memory;
  const job = await memory.hold();
  await jobs.change('acme', job.id, (found) => claimHeld(found, reviewer, clock.nowMs));
  await jobs.change('acme', job.id, (found) =>
    decideHeld(found, reviewer, { decision: 'approve', reason: 'fine' }, clock.nowMs),
  );
  const work = (execute: WorkOptions['execute'], extra: Partial<WorkOptions> = {}) =>
    workOn('acme', job.id, { jobs, deadline: new AbortController().signal, execute, ...extra });
  const now = () => memory.stored(job) as Job;
  return { ...memory, job, work, now };
}

const execution = (status: number, extra: Partial<Execution> = {}): Execution => ({
  requestId: 'req_run',
  status,
  contentType: 'application/json',
  body: Buffer.from(
    JSON.stringify(
      status < 400 ? { ok: true } : { error: { message: 'no', type: 't', param: null, code: 'c' } },
    ),
  ),
  ...extra,
});

describe('a job that is run', () => {
  it('gets the body that was held and has the result', async () => {
    const { work, now, contents } = await queued();
    let asked = '';
    await work(async (_job, body) => {
      asked = Buffer.from(body).toString();
      return execution(200);
    });
    expect(asked).toBe('{"model":"chat"}');
    const { state, result } = now();
    expect(state).toBe('succeeded');
    expect(Buffer.from(contents.get(`acme/${result?.content}`) ?? []).toString()).toBe('{"ok":true}');
  });

  it('calls the model once for any number of messages, at once or one after the other', async () => {
    const { work, now } = await queued();
    let calls = 0;
    const execute = async () => {
      calls += 1;
      await sleep(10);
      return execution(200);
    };
    await Promise.all([work(execute), work(execute), work(execute)]);
    await work(execute);
    expect(calls).toBe(1);
    expect(now().attempts).toBe(1);
  });

  it('fails with what its caller would have been told', async () => {
    const { work, now } = await queued();
    await work(async () => execution(400));
    expect(now()).toMatchObject({ state: 'failed', failure: { error: { message: 'no', code: 'c' } } });
  });

  it('waits as long as a limit says, however often, without using up its attempts', async () => {
    const { work, now, clock, sent } = await queued();
    for (let refusals = 0; refusals < maxAttempts + 2; refusals += 1) {
      await work(async () => execution(429, { retryAfterMs: 20_000 }));
      expect(now()).toMatchObject({ state: 'queued', attempts: 0, notBeforeMs: clock.nowMs + 20_000 });
      expect(sent.at(-1)?.delayMs).toBe(20_000);
      clock.nowMs += 20_000;
    }
    await work(async () => execution(200));
    expect(now().state).toBe('succeeded');
  });

  it('is not run before its time, even if a message comes early', async () => {
    const { work, now } = await queued();
    await work(async () => execution(429, { retryAfterMs: 20_000 }));
    let called = false;
    await work(async () => {
      called = true;
      return execution(200);
    });
    expect([called, now().state]).toEqual([false, 'queued']);
  });

  it(`is tried ${maxAttempts} times where the upstream fails, then fails with what it said`, async () => {
    const { work, now, clock } = await queued();
    for (let tries = 0; tries < maxAttempts; tries += 1) {
      await work(async () => execution(502, { retryAfterMs: 0 }));
      clock.nowMs += 60_000;
    }
    expect(now()).toMatchObject({
      state: 'failed',
      attempts: maxAttempts,
      failure: { error: { code: 'c' } },
    });
  });

  it('is given back when its worker has to end, and taken up by the next at once', async () => {
    const { work, now, sent } = await queued();
    const deadline = AbortSignal.timeout(10);
    await work(
      async (_job, _body, signal) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return execution(499);
      },
      { deadline },
    );
    expect(now()).toMatchObject({ state: 'queued', attempts: 1 });
    expect(sent).toHaveLength(1);
    await work(async () => execution(200));
    expect(now().state).toBe('succeeded');
  });

  it('is cut off when it is cancelled, and what comes of it is not kept', async () => {
    const { work, now, job, jobs, clock, contents } = await queued();
    await work(
      async (_job, _body, signal) => {
        await jobs.change('acme', job.id, (found) => cancel(found, { keyId: 'key-of-caller' }, clock.nowMs));
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return execution(200);
      },
      { renewEveryMs: 5 },
    );
    expect(now().state).toBe('cancelled');
    expect([now().result, contents.size]).toEqual([undefined, 1]);
  });

  it('keeps its lease while it runs, however long that takes', async () => {
    const { work, now, clock } = await queued();
    let renewals = 0;
    await work(
      async () => {
        for (let half = 0; half < 6; half += 1) {
          clock.nowMs += 45_000;
          await sleep(15);
        }
        expect(now().lease?.untilMs).toBeGreaterThan(clock.nowMs);
        return execution(200);
      },
      {
        renewEveryMs: 5,
        keepMessage: async () => {
          renewals += 1;
        },
      },
    );
    expect(now().state).toBe('succeeded');
    expect(renewals).toBeGreaterThan(3);
  });

  it('fails where its answer is too large to be kept, and is not run again', async () => {
    let answered = false;
    const { work, now } = await queued({
      before: async (operation) => {
        if (operation === 'putContent' && answered) throw new ObjectTooLarge('too large');
      },
    });
    await work(async () => {
      answered = true;
      return execution(200);
    });
    expect(now()).toMatchObject({ state: 'failed', failure: { error: { code: 'answer_too_large' } } });
  });

  it('fails where what was asked is kept no longer', async () => {
    const { work, now, contents } = await queued();
    contents.clear();
    await work(async () => execution(200));
    expect(now()).toMatchObject({ state: 'failed', failure: { error: { code: 'content_lost' } } });
  });

  it('leaves the message in the queue where storage fails', async () => {
    let down = false;
    const { work } = await queued({
      before: async () => {
        if (down) throw new Error('storage is down');
      },
    });
    down = true;
    await expect(work(async () => execution(200))).rejects.toThrow('storage is down');
  });
});

describe('a worker that is gone', () => {
  const gone = () => new Promise<Execution>(() => undefined);
  const forgotten = { renewEveryMs: 2 ** 31 - 1 };

  it('keeps its job until the lease ends; then another has it, and what the first makes is not the result', async () => {
    const { work, now, clock } = await queued();
    const slow = Promise.withResolvers<Execution>();
    const first = work(() => slow.promise, forgotten);
    await sleep(5);
    let called = false;
    await work(async () => {
      called = true;
      return execution(200);
    });
    expect(called).toBe(false);
    clock.nowMs += 91_000;
    await work(async () => execution(200, { requestId: 'req_second' }));
    const { result } = now();
    slow.resolve(execution(200, { requestId: 'req_first' }));
    await first;
    expect(now().result).toEqual(result);
    expect(result?.requestId).toBe('req_second');
  });

  it('is missed by the sweep, which tells the workers again', async () => {
    const { work, sent, clock, jobs } = await queued();
    void work(gone, forgotten);
    await sleep(5);
    await sweepJobs('acme', jobs);
    expect(sent).toEqual([]);
    clock.nowMs += 4 * 60_000;
    expect(await sweepJobs('acme', jobs)).toMatchObject({ resent: 1 });
    expect(sent).toHaveLength(1);
    await sweepJobs('acme', jobs);
    expect(sent).toHaveLength(1);
  });

  it(`and that is gone ${maxAttempts} times fails the job, so that it harms no more workers`, async () => {
    const { work, now, clock, jobs, open } = await queued();
    for (let deaths = 0; deaths < maxAttempts; deaths += 1) {
      void work(gone, forgotten);
      await sleep(5);
      clock.nowMs += 91_000;
    }
    await sweepJobs('acme', jobs);
    expect(now()).toMatchObject({ state: 'failed', failure: { error: { code: 'attempts_exhausted' } } });
    expect(open.size).toBe(0);
  });
});

describe('the sweep', () => {
  it('takes away what an interrupted maker left, contents included', async () => {
    const memory = memoryJobs({
      before: async (operation) => {
        if (operation === 'create') throw new Error('the process died');
      },
    });
    await expect(memory.hold()).rejects.toThrow();
    expect([memory.open.size, memory.contents.size]).toEqual([1, 1]);
    await sweepJobs('acme', memory.jobs);
    expect(memory.open.size).toBe(1);
    memory.clock.nowMs += 3 * 60_000;
    await sweepJobs('acme', memory.jobs);
    expect([memory.open.size, memory.contents.size]).toEqual([0, 0]);
  });

  it('records the steps of a review whose recorder died', async () => {
    let recorderIsDead = false;
    const memory = memoryJobs({
      before: async (operation) => {
        if (operation === 'tell' && recorderIsDead) throw new Error('the process died');
      },
    });
    const { jobs, clock, events, open } = memory;
    const job = await memory.hold();
    recorderIsDead = true;
    await jobs.change('acme', job.id, (found) => cancel(found, { keyId: 'key-of-caller' }, clock.nowMs));
    expect([events.size, open.size]).toEqual([1, 1]);
    recorderIsDead = false;
    await sweepJobs('acme', jobs);
    expect([...events.values()].map(({ type }) => type)).toEqual(['moderation.held', 'moderation.cancelled']);
    expect(open.size).toBe(0);
  });

  it('removes a job and its contents a month after its end', async () => {
    const { work, clock, jobs, contents, stored, job } = await queued();
    await work(async () => execution(200));
    clock.nowMs += 29 * 86_400_000;
    await sweepJobs('acme', jobs);
    expect(contents.size).toBe(2);
    clock.nowMs += 2 * 86_400_000;
    expect(await sweepJobs('acme', jobs)).toMatchObject({ purged: 1 });
    expect([contents.size, stored(job)]).toEqual([0, undefined]);
  });
});
