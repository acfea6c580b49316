import {
  claimHeld,
  decideHeld,
  type Job,
  JobRefused,
  type JobState,
  type Jobs,
} from '../../../jobs/index.ts';
import type { ModerationDecision } from '../../../policy/index.ts';
import { jsonReply } from '../../http.ts';
import { telling } from '../../jobs/telling.ts';
import { replyHeaders } from '../../reply-headers.ts';
import type { Route, RouteCall } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { actorOf } from './actor-of.ts';
import { describeRequest } from './describe-request.ts';
import { listRequests } from './list-requests.ts';
import { recordView } from './record-view.ts';
import {
  decisionBody,
  listQuery,
  moderationRequest,
  moderationRequestList,
  shownModerationRequest,
} from './schemas.ts';

const defaultPageSize = 20;

/** The moderation queue, for those who review it. */
export function reviewRoutes(services: AdminServices): readonly Route[] {
  /** Answers with what `work` makes of the held request that the path names. */
  const answer = (call: RouteCall, work: (job: Job, jobs: Jobs) => Promise<object>) =>
    telling(async () => {
      const jobs = await services.jobs();
      const { job_id: jobId = '' } = call.parameters;
      const job = await jobs.find(call.principal.tenantId, jobId);
      if (!job.moderation) throw new JobRefused('job_not_found', `There is no held request '${jobId}'.`);
      return jsonReply(200, await work(job, jobs), replyHeaders(call.exchange));
    });
  return [
    {
      method: 'GET',
      path: '/v1/openclaw/moderation/requests',
      operationId: 'listModerationRequests',
      summary: 'List requests that were held, the oldest first',
      access: 'moderation:read',
      query: listQuery,
      response: { status: 200, description: 'Held requests.', schema: moderationRequestList },
      handle: async (call) => {
        const { status, category, project_id: projectId, limit, after } = call.query;
        const jobs = await services.jobs();
        const page = await listRequests(
          call.principal.tenantId,
          {
            status: (status ?? 'held') as JobState,
            ...(category !== undefined && { category: String(category) }),
            ...(projectId !== undefined && { projectId: String(projectId) }),
            limit: Number(limit ?? defaultPageSize),
            ...(after !== undefined && { after: String(after) }),
          },
          jobs,
        );
        const list = {
          object: 'list',
          data: page.requests.map((job) => describeRequest(job, jobs.now())),
          first_id: page.requests[0]?.id ?? null,
          last_id: page.lastId ?? null,
          has_more: page.hasMore,
        };
        return jsonReply(200, list, replyHeaders(call.exchange));
      },
    },
    {
      method: 'GET',
      path: '/v1/openclaw/moderation/requests/{job_id}',
      operationId: 'retrieveModerationRequest',
      summary: 'Show a held request with what was asked; every look is recorded',
      access: 'moderation:read',
      response: { status: 200, description: 'The request.', schema: shownModerationRequest },
      errors: [404, 503],
      handle: (call) =>
        answer(call, async (job, jobs) => {
          await recordView(job, call, services);
          const asked = await jobs.content(job.tenantId, job.body);
          return {
            ...describeRequest(job, jobs.now()),
            request: JSON.parse(Buffer.from(asked).toString()) as unknown,
          };
        }),
    },
    {
      method: 'POST',
      path: '/v1/openclaw/moderation/requests/{job_id}/claim',
      operationId: 'claimModerationRequest',
      summary: 'Take a held request for 15 minutes, or for 15 minutes more',
      access: 'moderation:review',
      response: { status: 200, description: 'The request, claimed.', schema: moderationRequest },
      errors: [404, 409],
      handle: (call) =>
        answer(call, async (job, jobs) => {
          const claimed = await jobs.change(job.tenantId, job.id, (found) =>
            claimHeld(found, actorOf(call.principal), jobs.now()),
          );
          return describeRequest(claimed, jobs.now());
        }),
    },
    {
      method: 'POST',
      path: '/v1/openclaw/moderation/requests/{job_id}/decision',
      operationId: 'decideModerationRequest',
      summary: 'Approve a claimed request, which then runs, or reject it',
      access: 'moderation:review',
      body: decisionBody,
      response: { status: 200, description: 'The request, decided.', schema: moderationRequest },
      errors: [404, 409],
      handle: (call) =>
        answer(call, async (job, jobs) => {
          const verdict = {
            decision: call.body.decision as ModerationDecision,
            reason: String(call.body.reason),
          };
          let changed = false;
          const decided = await jobs.change(job.tenantId, job.id, (found) => {
            const after = decideHeld(found, actorOf(call.principal), verdict, jobs.now());
            changed = after !== found;
            return after;
          });
          if (changed && decided.state === 'queued') await jobs.send(decided);
          return describeRequest(decided, jobs.now());
        }),
    },
  ];
}
