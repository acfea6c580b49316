import * as z from 'zod';

const epochSeconds = z.number().int();

export const jobStates = [
  'held',
  'queued',
  'running',
  'succeeded',
  'failed',
  'rejected',
  'cancelled',
  'expired',
] as const;

const jobFields = {
  id: z.string(),
  object: z.literal('openclaw.job'),
  status: z.enum(jobStates),
  endpoint: z.string().describe('The route that the request was for.'),
  model: z.string(),
  project_id: z.string(),
  request_id: z.string().describe('The request that became this job.'),
  created_at: epochSeconds,
  changed_at: epochSeconds.describe('Since when the job has been in its status.'),
  expires_at: epochSeconds.describe('When the job expires unless it has ended by then.'),
  attempts: z.number().int().describe('How often a worker has taken the job up.'),
  moderation: z
    .object({
      categories: z.array(z.string()),
      decision: z
        .object({ decision: z.enum(['approve', 'reject']), reason: z.string(), decided_at: epochSeconds })
        .nullable(),
      appeal: z.object({ text: z.string(), created_at: epochSeconds }).nullable(),
    })
    .nullable(),
  response: z
    .object({ status_code: z.number().int(), request_id: z.string(), body: z.unknown() })
    .nullable()
    .describe('What the route answered, once the job has succeeded.'),
  error: z
    .object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string().nullable(),
    })
    .nullable()
    .describe('Why there is no answer and will be none.'),
};

/** A request that waits for a reviewer or a worker, or has. */
export const job = z.object(jobFields).meta({ id: 'Job' });
