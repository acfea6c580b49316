import type { SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { jobsHandler } from '../../../functions/worker/jobs-handler.ts';
import { claimHeld, decideHeld, type Execution, type Job } from '../../../lib/jobs/index.ts';
import { memoryJobs } from '../jobs/memory-jobs.ts';

const answer: Execution = {
  requestId: 'req_run',
  status: 200,
  contentType: 'application/json',
  body: Buffer.from('{}'),
};

const record = (messageId: string, body: string) =>
  ({ messageId, body, receiptHandle: `handle-${messageId}`, eventSourceARN: 'queue' }) as SQSRecord;

function setUp(execute: (job: Job, body: Uint8Array, signal: AbortSignal) => Promise<Execution>) {
  const memory = memoryJobs();
  const { jobs, clock } = memory;
  const hidden: string[] = [];
  const handler = jobsHandler({
    jobs: async () => jobs,
    execute,
    queue: {
      hide: async (queueArn, receiptHandle) => {
        hidden.push(`${queueArn} ${receiptHandle}`);
      },
    },
  });
  return {
    ...memory,
    hidden,
    /** A job that waits for a worker, and the message about it. */
    message: async (messageId: string) => {
      const job = await memory.hold();
      const reviewer = { keyId: 'reviewer' };
      await jobs.change('acme', job.id, (found) => claimHeld(found, reviewer, clock.nowMs));
      await jobs.change('acme', job.id, (found) =>
        decideHeld(found, reviewer, { decision: 'approve', reason: 'fine' }, clock.nowMs),
      );
      return { job, record: record(messageId, JSON.stringify({ tenantId: 'acme', jobId: job.id })) };
    },
    handle: (records: SQSRecord[], remainingMs = 60_000) =>
      handler({ Records: records }, { getRemainingTimeInMillis: () => remainingMs }),
  };
}

describe('a batch of messages', () => {
  it('is worked off all at once', async () => {
    let running = 0;
    let most = 0;
    const { message, handle, stored } = setUp(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 10));
      running -= 1;
      return answer;
    });
    const messages = [await message('1'), await message('2'), await message('3')];
    expect(await handle(messages.map((one) => one.record))).toEqual({ batchItemFailures: [] });
    expect(most).toBe(3);
    expect(messages.map(({ job }) => stored(job)?.state)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  });

  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['no tenant', '{"jobId":"job_018bcfe568007aa59c3ac453658313a0"}'],
    ['a tenant that is none', '{"tenantId":"a#b","jobId":"job_018bcfe568007aa59c3ac453658313a0"}'],
    ['a job that is none', '{"tenantId":"acme","jobId":"job_1#x"}'],
  ])('returns to the queue what is no message of ours (%s), and works off the rest', async (_what, body) => {
    const { message, handle, stored } = setUp(async () => answer);
    const good = await message('good');
    expect(await handle([record('poison', body), good.record])).toEqual({
      batchItemFailures: [{ itemIdentifier: 'poison' }],
    });
    expect(stored(good.job)?.state).toBe('succeeded');
  });

  it('hides a message from other workers as long as its job runs, from its beginning on', async () => {
    const { message, handle, hidden } = setUp(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return answer;
    });
    await handle([(await message('1')).record]);
    expect(hidden).toEqual(['queue handle-1']);
  });

  it('gives jobs back before the function is ended', async () => {
    const { message, handle, stored, sent } = setUp(async (_job, _body, signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return { ...answer, status: 499 };
    });
    const { job, record: aboutJob } = await message('1');
    expect(await handle([aboutJob], 15_010)).toEqual({ batchItemFailures: [] });
    expect(stored(job)).toMatchObject({ state: 'queued', attempts: 1 });
    expect(sent).toHaveLength(1);
  });

  it('drops a message about a job that is gone or of another tenant', async () => {
    const { handle } = setUp(async () => answer);
    const body = JSON.stringify({ tenantId: 'globex', jobId: 'job_018bcfe568007aa59c3ac453658313a0' });
    expect(await handle([record('1', body)])).toEqual({ batchItemFailures: [] });
  });
});
