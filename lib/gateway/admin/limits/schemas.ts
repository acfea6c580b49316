import * as z from 'zod';
import { limitLevels } from '../../../policy/index.ts';
import { deletedOf, idField, listOf, pageFields, unused } from '../tenants/fields.ts';

/** More is no limit. Beyond this, counting in fractions of microseconds would become inexact. */
const mostPerMinute = 10_000_000_000;
const mostPerDay = 10_000_000_000_000;
/** The slots of a limit are one item in storage, with an entry for each process that holds some. */
const mostConcurrent = 1_000;

const atMost = (most: number) => z.number().int().min(1).max(most);

/** What of a limit can be set, each absent where it is not limited. */
const amounts = {
  requests_per_minute: atMost(mostPerMinute).describe('Requests in a minute, and no more at once.'),
  requests_per_day: atMost(mostPerDay).describe('Requests in a day.'),
  tokens_per_minute: atMost(mostPerMinute).describe('Tokens, in and out, in a minute.'),
  tokens_per_day: atMost(mostPerDay).describe('Tokens, in and out, in a day.'),
  concurrent_requests: atMost(mostConcurrent).describe('Requests under way at the same time.'),
};

const optionalAmounts = {
  requests_per_minute: amounts.requests_per_minute.nullable().optional(),
  requests_per_day: amounts.requests_per_day.nullable().optional(),
  tokens_per_minute: amounts.tokens_per_minute.nullable().optional(),
  tokens_per_day: amounts.tokens_per_day.nullable().optional(),
  concurrent_requests: amounts.concurrent_requests.nullable().optional(),
};

export const limitCreation = z
  .strictObject({
    level: z.enum(limitLevels),
    subject: z
      .string()
      .min(1)
      .max(512)
      .optional()
      .describe(
        'The id of the project, key, user or model; `*`, the default, for each of them, with a count of its own. ' +
          'Requests that name no user count together as one more.',
      ),
    model: z
      .string()
      .min(1)
      .max(128)
      .nullable()
      .optional()
      .describe('Counts only requests for this model. Default: those for any.'),
    ...optionalAmounts,
  })
  .meta({ id: 'CreateLimitRequest' });

export const limitUpdate = z.strictObject(optionalAmounts).meta({ id: 'UpdateLimitRequest' });

const meterStanding = z.object({
  limit: z.number().int(),
  remaining: z.number().int(),
  reset_ms: z.number().int().describe('Until all of it is free again.'),
});

const limitFields = {
  id: z.string(),
  object: z.literal('limit'),
  level: z.enum(limitLevels),
  subject: z.string(),
  model: z.string().nullable(),
  requests_per_minute: amounts.requests_per_minute.nullable(),
  requests_per_day: amounts.requests_per_day.nullable(),
  tokens_per_minute: amounts.tokens_per_minute.nullable(),
  tokens_per_day: amounts.tokens_per_day.nullable(),
  concurrent_requests: amounts.concurrent_requests.nullable(),
  version: z.number().int().describe('Grows with every change.'),
};

export const limit = z.object(limitFields).meta({ id: 'Limit' });

export const limitWithStanding = z
  .object({
    ...limitFields,
    standing: z
      .object({
        subject: z.string().describe('Whose standing it is.'),
        requests_per_minute: meterStanding.nullable(),
        requests_per_day: meterStanding.nullable(),
        tokens_per_minute: meterStanding.nullable(),
        tokens_per_day: meterStanding.nullable(),
      })
      .nullable()
      .describe('Null for a limit of each, where the query names none of them.'),
  })
  .meta({ id: 'LimitWithStanding' });

export const limitList = listOf(limit, 'LimitList');
export const limitDeleted = deletedOf('limit', 'LimitDeleted');
export const limitQuery = z.object({
  subject: z.string().min(1).max(512).optional().describe('Whose standing to show, of a limit of each.'),
});

export const projectRateLimit = z
  .object({
    id: z.string(),
    object: z.literal('project.rate_limit'),
    model: z.string(),
    max_requests_per_1_minute: z.number().int(),
    max_tokens_per_1_minute: z.number().int(),
    max_requests_per_1_day: z.number().int().optional(),
  })
  .meta({ id: 'ProjectRateLimit' });

export const projectRateLimitList = listOf(projectRateLimit, 'ProjectRateLimitListResponse');

export const projectRateLimitQuery = z.object({
  ...pageFields,
  limit: z.coerce.number().int().min(1).max(100).optional().describe('At most this many. Default: 100.'),
  before: idField.optional().describe('The id before which the page ends.'),
});

export const projectRateLimitUpdate = z
  .strictObject({
    max_requests_per_1_minute: amounts.requests_per_minute.optional(),
    max_tokens_per_1_minute: amounts.tokens_per_minute.optional(),
    max_requests_per_1_day: amounts.requests_per_day.optional(),
    max_images_per_1_minute: unused,
    max_audio_megabytes_per_1_minute: unused,
    batch_1_day_max_input_tokens: unused,
  })
  .meta({ id: 'ProjectRateLimitUpdateRequest' });
