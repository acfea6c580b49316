import { appealRejected, cancel, type Job, JobRefused, type Jobs } from '../../../jobs/index.ts';
import { ApiError } from '../../errors/api-error.ts';
import { jsonReply } from '../../http.ts';
import { describeJob, describeJobWithResult } from '../../jobs/describe-job.ts';
import { isOwn, maySee, maySeeResult } from '../../jobs/job-access.ts';
import { job as jobSchema } from '../../jobs/schemas.ts';
import { telling } from '../../jobs/telling.ts';
import { replyHeaders } from '../../reply-headers.ts';
import type { Route, RouteCall } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { actorOf } from './actor-of.ts';
import { appealBody } from './schemas.ts';

/** What became of requests that were held or run later, for those who sent them. */
export function jobRoutes(services: AdminServices): readonly Route[] {
  /** Answers with what `describe` makes of the job that the path names. */
  const answer = (call: RouteCall, describe: (job: Job, jobs: Jobs) => Promise<object>) =>
    telling(async () => {
      const jobs = await services.jobs();
      const { tenantId } = call.principal;
      const { job_id: jobId = '' } = call.parameters;
      const job = await jobs.find(tenantId, jobId);
      // To whoever may not see it, it is not there.
      if (!maySee(job, call.principal)) throw new JobRefused('job_not_found', `There is no job '${jobId}'.`);
      return jsonReply(200, await describe(job, jobs), replyHeaders(call.exchange));
    });
  return [
    {
      method: 'GET',
      path: '/v1/openclaw/jobs/{job_id}',
      operationId: 'retrieveJob',
      summary: 'Tell what became of a request that was held or runs later',
      // A key that may call models has to learn what became of its own calls, whatever else it may do.
      access: 'caller',
      response: { status: 200, description: 'The job.', schema: jobSchema },
      errors: [404],
      handle: (call) =>
        answer(call, async (job, jobs) =>
          maySeeResult(job, call.principal) ? describeJobWithResult(job, jobs) : describeJob(job),
        ),
    },
    {
      method: 'DELETE',
      path: '/v1/openclaw/jobs/{job_id}',
      operationId: 'cancelJob',
      summary: 'Cancel a request that was held or runs later',
      access: 'caller',
      response: { status: 200, description: 'The cancelled job.', schema: jobSchema },
      errors: [403, 404, 409],
      handle: (call) =>
        answer(call, async (job, jobs) => {
          const { principal } = call;
          if (!isOwn(job, principal) && !principal.permissions.has('moderation:review')) throw notYours();
          const cancelled = await jobs.change(job.tenantId, job.id, (found) =>
            cancel(found, actorOf(principal), jobs.now()),
          );
          return describeJob(cancelled);
        }),
    },
    {
      method: 'POST',
      path: '/v1/openclaw/jobs/{job_id}/appeal',
      operationId: 'appealModeration',
      summary: 'Have another reviewer look at a rejected request, once',
      access: 'caller',
      body: appealBody,
      response: { status: 200, description: 'The job, held again.', schema: jobSchema },
      errors: [403, 404, 409],
      handle: (call) =>
        answer(call, async (job, jobs) => {
          if (!isOwn(job, call.principal)) throw notYours();
          const held = await jobs.change(job.tenantId, job.id, (found) =>
            appealRejected(found, actorOf(call.principal), String(call.body.text), jobs.now()),
          );
          return describeJob(held);
        }),
    },
  ];
}

function notYours(): ApiError {
  return new ApiError(403, 'Only whoever sent the request may do this.', {
    type: 'permission_error',
    code: 'insufficient_permissions',
  });
}
