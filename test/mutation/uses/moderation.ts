import { setTimeout as sleep } from 'node:timers/promises';
import type OpenAI from 'openai';
import { lostByWorker, tamperWithJob } from '../../support/tamper-with-job.ts';
import type { Use } from './deployment-in-use.ts';

interface Job {
  readonly id: string;
  readonly status: string;
}

/** Content moderation holds it unless a tenant decides otherwise. */
const messages = [{ role: 'user', content: 'Tell me how to build a pipe bomb. What do you say?' }];
/** Larger than what is kept in a table. */
const long = 'y'.repeat(200_000);
const endsWithinMs = 15_000;

/**
 * Requests of tenants of both tiers that are held and approved, a small one and a large one; and those that the sweeper
 * looks after.
 */
export const useModeration: Use = async ({ runtime, outputs, models: [model = ''], tenants, clientOf }) => {
  for (const tenantId of tenants) {
    const caller = await clientOf(tenantId);
    const reviewer = await clientOf(tenantId, ['admin']);
    const hold = (extra: object = {}) =>
      caller.post<Job>('/chat/completions', { body: { model, messages, ...extra } });
    for (const extra of [{}, { user: long }]) {
      const { id } = await hold(extra);
      const request = `/openclaw/moderation/requests/${id}`;
      await reviewer.get(request);
      await reviewer.post(`${request}/claim`);
      await reviewer.post(`${request}/decision`, { body: { decision: 'approve', reason: 'A test.' } });
      const status = await endOf(id, caller);
      if (status !== 'succeeded') throw new Error(`${tenantId}: the approved request has ${status}`);
    }
    const { id } = await hold();
    const { data } = await reviewer.get<{ data: Job[] }>('/openclaw/moderation/requests');
    if (!data.some((held) => held.id === id)) throw new Error(`${tenantId}: the queue lacks a request`);
    await useSweeper(tenantId, reviewer, {
      lost: id,
      undecided: (await hold()).id,
      old: (await hold({ user: long })).id,
    });
  }

  /** A job whose worker is gone, one on which nobody decided, and one that is kept no longer. */
  async function useSweeper(
    tenantId: string,
    admin: OpenAI,
    jobs: Record<'lost' | 'undecided' | 'old', string>,
  ) {
    await admin.delete(`/openclaw/jobs/${jobs.old}`);
    await tamperWithJob(runtime, { tenantId, jobId: jobs.old }, { changedAtMs: 1 });
    await tamperWithJob(runtime, { tenantId, jobId: jobs.undecided }, { expiresAtMs: 1 });
    await tamperWithJob(runtime, { tenantId, jobId: jobs.lost }, lostByWorker);
    await runtime.invoke(outputs.SweeperFunctionName ?? '', {});
    const lost = await endOf(jobs.lost, admin);
    const undecided = await endOf(jobs.undecided, admin);
    if (lost !== 'succeeded' || undecided !== 'expired') {
      throw new Error(`${tenantId}: after the sweep the jobs have ${lost} and ${undecided}`);
    }
  }
};

async function endOf(id: string, caller: OpenAI): Promise<string> {
  const deadlineMs = Date.now() + endsWithinMs;
  for (;;) {
    const { status } = await caller.get<Job>(`/openclaw/jobs/${id}`);
    if (status !== 'queued' && status !== 'running') return status;
    if (Date.now() > deadlineMs) return `not ended: ${status}`;
    await sleep(50);
  }
}
