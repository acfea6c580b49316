import * as z from 'zod';
import { capLevels, capMetrics } from '../../../policy/index.ts';
import { deletedOf, listOf } from '../tenants/fields.ts';

/** A petabyte. Sums stay integers that JSON numbers hold exactly. */
const mostOfAny = 1e15;

const metric = z
  .enum(capMetrics)
  .describe(
    '`stored_bytes` and `documents` count what there is; `indexed_tokens` and `tuning_hours` what is done in a calendar ' +
      'month (UTC).',
  );
const level = z.enum(capLevels);
const limit = z
  .number()
  .int()
  .min(0)
  .max(mostOfAny)
  .describe('In bytes, documents, tokens or hours. 0 allows none.');

export const usageCapCreation = z
  .strictObject({
    metric,
    level,
    subject: z.string().min(1).max(512).optional().describe('The id of the project, for a cap of a project.'),
    limit,
  })
  .meta({ id: 'CreateUsageCapRequest' });

export const usageCapUpdate = z.strictObject({ limit }).meta({ id: 'UpdateUsageCapRequest' });

const fields = {
  id: z.string(),
  object: z.literal('usage_cap'),
  metric,
  level,
  subject: z.string(),
  limit,
  version: z.number().int().describe('Grows with every change.'),
};

export const usageCap = z.object(fields).meta({ id: 'UsageCap' });

export const usageCapWithStanding = z
  .object({
    ...fields,
    standing: z.object({
      used: z.number().describe('In the unit of the limit. Counted also while there was no cap.'),
      reserved: z.number().describe('For what is being made.'),
      remaining: z.number().describe('Below zero where the cap was set under what was used.'),
      resets_at_ms: z
        .number()
        .int()
        .nullable()
        .describe('When counting begins anew, for what a month counts.'),
    }),
  })
  .meta({ id: 'UsageCapWithStanding' });

export const usageCapList = listOf(usageCap, 'UsageCapList');
export const usageCapDeleted = deletedOf('usage_cap', 'UsageCapDeleted');
