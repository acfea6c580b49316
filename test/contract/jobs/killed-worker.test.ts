import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimHeld, decideHeld, type Execution, sweepJobs, workOn } from '../../../lib/jobs/index.ts';
import { startDynamoDb, type TestDynamoDb } from '../../support/start-dynamodb.ts';
import { caller, findings, uncapped } from '../../unit/jobs/memory-jobs.ts';
import { jobsOver } from './jobs-over.ts';

let db: TestDynamoDb;

beforeAll(async () => {
  db = await startDynamoDb();
  await db.createTable('Jobs', 'partition', 'sort');
  await db.createTable('Ledger', 'partition', 'sort');
  await db.createTable('Tenancy', 'partition', 'sort');
});

afterAll(() => db.stop());

const answer: Execution = {
  requestId: 'req_run',
  status: 200,
  contentType: 'application/json',
  body: Buffer.from('{"id":"chatcmpl-1"}'),
};

async function queuedJob() {
  const jobs = jobsOver(db.endpoint);
  const job = await jobs.hold({
    principal: caller,
    settings: uncapped,
    requestId: 'req_1',
    path: '/v1/chat/completions',
    model: 'chat',
    body: Buffer.from('{"model":"chat"}'),
    holdMs: 7 * 86_400_000,
    findings,
  });
  const reviewer = { keyId: 'reviewer' };
  await jobs.change('acme', job.id, (found) => claimHeld(found, reviewer, Date.now()));
  await jobs.change('acme', job.id, (found) =>
    decideHeld(found, reviewer, { decision: 'approve', reason: 'fine' }, Date.now()),
  );
  return { job, jobs };
}

describe('a worker that is killed while its model answers', () => {
  it('loses its job to the next worker once its lease has ended, and not before', async () => {
    const { job, jobs } = await queuedJob();
    const worker = spawn('node', ['test/fixtures/functions/hanging-worker.ts', db.endpoint, job.id], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(worker.stdout, 'data');
    worker.kill('SIGKILL');
    await once(worker, 'exit');
    expect(await jobs.find('acme', job.id)).toMatchObject({ state: 'running', attempts: 1 });

    let calls = 0;
    const work = (nowMs: number) =>
      workOn('acme', job.id, {
        jobs: jobsOver(db.endpoint, () => nowMs),
        deadline: new AbortController().signal,
        execute: async () => {
          calls += 1;
          return answer;
        },
      });
    await work(Date.now());
    expect(calls).toBe(0);
    const later = Date.now() + 5 * 60_000;
    const swept = await sweepJobs(
      'acme',
      jobsOver(db.endpoint, () => later),
    );
    expect(swept.resent).toBe(1);
    await Promise.all([work(later), work(later), work(later)]);
    expect(calls).toBe(1);
    const ended = await jobs.find('acme', job.id);
    expect(ended).toMatchObject({ state: 'succeeded', attempts: 2, result: { requestId: 'req_run' } });
    expect(Buffer.from(await jobs.content('acme', ended.result?.content ?? '')).toString()).toBe(
      '{"id":"chatcmpl-1"}',
    );
  });
});

describe('reviewers and workers on one job, over the wire', () => {
  it('make one decision and one call of the model', async () => {
    const jobs = jobsOver(db.endpoint);
    const { job } = await queuedJob();
    let calls = 0;
    await Promise.allSettled(
      Array.from({ length: 12 }, () =>
        workOn('acme', job.id, {
          jobs: jobsOver(db.endpoint),
          deadline: new AbortController().signal,
          execute: async () => {
            calls += 1;
            return answer;
          },
        }),
      ),
    );
    expect(calls).toBe(1);
    const held = await jobs.hold({
      principal: caller,
      settings: uncapped,
      requestId: 'req_2',
      path: '/v1/chat/completions',
      model: 'chat',
      body: Buffer.from('{}'),
      holdMs: 7 * 86_400_000,
      findings,
    });
    const claims = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        jobs.change('acme', held.id, (found) => claimHeld(found, { keyId: `r${index}` }, Date.now())),
      ),
    );
    expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const decisions = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        jobs.change('acme', held.id, (found) =>
          decideHeld(
            found,
            { keyId: `r${index}` },
            { decision: index % 2 ? 'approve' : 'reject', reason: 'because' },
            Date.now(),
          ),
        ),
      ),
    );
    expect(decisions.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
