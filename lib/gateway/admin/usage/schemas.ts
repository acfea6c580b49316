import * as z from 'zod';
import { epochSeconds, listOf } from '../tenants/fields.ts';
import type { Filter, Grouping, UsageKind } from './kinds.ts';

/** The last second of the year 9999. */
const time = z.coerce.number().int().min(0).max(253_402_300_799);

const names = z.union([z.string().max(512), z.array(z.string().max(512)).max(100)]);

function groupBy(groupings: readonly Grouping[]) {
  const grouping = z.enum(groupings);
  return z
    .union([grouping, z.array(grouping).max(groupings.length)])
    .optional()
    .describe('What to tell apart. Default: nothing, one result per bucket.');
}

function filterFields(filters: readonly Filter[]) {
  return Object.fromEntries(
    filters.map((name) => [name, name === 'batch' ? z.enum(['true', 'false']).optional() : names.optional()]),
  );
}

const rangeFields = {
  start_time: time.describe('Seconds since 1970, inclusive.'),
  end_time: time
    .optional()
    .describe('Seconds since 1970, exclusive. Default: the end of the present bucket.'),
  page: z.string().max(64).optional().describe('The `next_page` of the page before.'),
};

export function usageQuery({ groupings, filters }: Pick<UsageKind, 'groupings' | 'filters'>) {
  return z.object({
    ...rangeFields,
    bucket_width: z.enum(['1m', '1h', '1d']).optional().describe('Default: 1d.'),
    group_by: groupBy(groupings),
    ...filterFields(filters),
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .max(1_440)
      .optional()
      .describe(
        'Buckets in a page: 7 of at most 31 days, 24 of at most 168 hours, 60 of at most 1440 minutes.',
      ),
  });
}

export const costsQuery = z.object({
  ...rangeFields,
  bucket_width: z.literal('1d').optional(),
  group_by: groupBy(['project_id', 'user_id', 'api_key_id', 'line_item', 'api_source']),
  ...filterFields(['project_ids', 'api_key_ids', 'line_items']),
  limit: z.coerce.number().int().min(1).max(180).optional().describe('Buckets in a page. Default: 7.'),
});

function pageOf<Result extends z.ZodType>(result: Result, id: string) {
  return z
    .object({
      object: z.literal('page'),
      data: z.array(
        z.object({
          object: z.literal('bucket'),
          start_time: epochSeconds,
          end_time: epochSeconds,
          results: z.array(result),
        }),
      ),
      has_more: z.boolean(),
      next_page: z.string().nullable(),
    })
    .meta({ id });
}

const whose = {
  project_id: z.string().nullable(),
  user_id: z.string().nullable(),
  api_key_id: z.string().nullable(),
};

export const usagePage = pageOf(
  z.looseObject({
    object: z.string(),
    num_model_requests: z.number().int().optional(),
    input_tokens: z.number().int().optional(),
    ...whose,
    model: z.string().nullable().optional(),
  }),
  'UsagePage',
);

export const costsPage = pageOf(
  z.object({
    object: z.literal('organization.costs.result'),
    amount: z.object({ value: z.number(), currency: z.literal('usd') }),
    line_item: z.string().nullable().describe('The provider and its model.'),
    quantity: z.number().nullable(),
    quantity_unit: z.literal('tokens').nullable(),
    ...whose,
    api_source: z.literal('unlabeled').nullable(),
    unpriced_requests: z
      .number()
      .int()
      .describe('Requests whose price is not known. They are not in `amount`.'),
  }),
  'CostsPage',
);

const requestIdForm = /^req_[0-9a-f]{32}$/;

export const requestsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).optional().describe('At most this many. Default: 20.'),
  after: z
    .string()
    .regex(requestIdForm, 'expected the id of a request')
    .optional()
    .describe('Only requests older than this one.'),
  start_time: time.optional().describe('Seconds since 1970, inclusive. Default: 30 days before the end.'),
  end_time: time.optional().describe('Seconds since 1970, exclusive. Default: now.'),
  project_id: z.string().max(128).optional(),
  api_key_id: z.string().max(128).optional(),
  user_id: z.string().max(128).optional(),
});

export const requestRecord = z
  .looseObject({
    id: z.string(),
    object: z.literal('openclaw.request'),
    created_at: epochSeconds,
    state: z
      .enum(['in_progress', 'completed', 'failed', 'cut', 'refused'])
      .describe(
        '`in_progress`: no outcome is recorded, of a request under way or of one whose process died.',
      ),
    project_id: z.string().nullable(),
    api_key_id: z.string().nullable(),
    user_id: z.string().nullable(),
  })
  .meta({ id: 'RequestRecord' });

export const requestList = listOf(requestRecord, 'ListRequestRecordsResponse');

/** True of what may be the id of a request. */
export function isRequestId(text: string): boolean {
  return requestIdForm.test(text);
}
