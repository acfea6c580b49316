import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { type Execution, type Job, type Jobs, workOn } from '../../lib/jobs/index.ts';
import { isJobId } from '../../lib/storage/job-id.ts';
import type { JobMessage, JobQueue } from '../../lib/storage/job-queue.ts';
import { describeError, log } from '../../lib/telemetry/index.ts';
import { tenantIdForm } from '../../lib/tenancy/index.ts';

export interface JobsHandlerOptions {
  readonly jobs: () => Promise<Jobs>;
  readonly execute: (job: Job, body: Uint8Array, signal: AbortSignal) => Promise<Execution>;
  readonly queue: Pick<JobQueue, 'hide'>;
}

/** Left of the function's time when the jobs under way have to be given back. */
const giveBackWithinMs = 15_000;
/** Three missed renewals, and the message goes to another worker. */
const hiddenMs = 90_000;

/** Works off messages about jobs, all of a batch at once: most of the time a job waits for its model. */
export function jobsHandler({ jobs, execute, queue }: JobsHandlerOptions) {
  return async (
    { Records: records }: SQSEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<SQSBatchResponse> => {
    const deadline = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - giveBackWithinMs));
    const failed = await Promise.all(
      records.map(async (record) => {
        try {
          const { tenantId, jobId } = readMessage(record);
          await workOn(tenantId, jobId, {
            jobs: await jobs(),
            execute,
            deadline,
            keepMessage: () => queue.hide(record.eventSourceARN, record.receiptHandle, hiddenMs),
          });
          return [];
        } catch (error) {
          log.error('a message about a job failed', { messageId: record.messageId, ...describeError(error) });
          return [{ itemIdentifier: record.messageId }];
        }
      }),
    );
    return { batchItemFailures: failed.flat() };
  };
}

/** @throws Error for what is no message of ours; it ends among the dead letters */
function readMessage({ body }: SQSRecord): JobMessage {
  const { tenantId, jobId } = JSON.parse(body) as Partial<Record<keyof JobMessage, unknown>>;
  if (
    typeof tenantId === 'string' &&
    typeof jobId === 'string' &&
    tenantIdForm.test(tenantId) &&
    isJobId(jobId)
  ) {
    return { tenantId, jobId };
  }
  throw new Error('the message names no tenant and job');
}
