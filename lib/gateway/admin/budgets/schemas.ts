import * as z from 'zod';
import { budgetLevels, budgetPeriods } from '../../../policy/index.ts';
import { deletedOf, listOf } from '../tenants/fields.ts';

/** A billion dollars: beyond it, sums would come near the integers that JSON numbers hold exactly. */
const mostMicroUsd = 1e15;

const amount = z
  .number()
  .int()
  .min(1)
  .max(mostMicroUsd)
  .describe('Micro-dollars, a whole number: 1,000,000 are one dollar.');
const alertPercents = z
  .array(z.number().int().min(1).max(100))
  .max(10)
  .describe('Shares of the amount at which an event is told, in percent.');
const mode = z.enum(['hard', 'soft']).describe('`hard` refuses what would exceed it; `soft` only tells.');
const currency = z.literal('usd').describe('Budgets are in US dollars.');

export const budgetCreation = z
  .strictObject({
    name: z.string().min(1).max(128).optional(),
    level: z.enum(budgetLevels),
    subject: z
      .string()
      .min(1)
      .max(512)
      .optional()
      .describe(
        'The id of the project, key, user or model; `*`, the default, for each of them, with an amount of its own.',
      ),
    amount_microusd: amount,
    currency: currency.optional(),
    period: z.enum(budgetPeriods).describe('In UTC. A week begins on Monday; `total` never ends.'),
    mode: mode.optional(),
    alert_percents: alertPercents.optional(),
  })
  .meta({ id: 'CreateBudgetRequest' });

export const budgetUpdate = z
  .strictObject({
    name: z.string().min(1).max(128).nullable().optional(),
    amount_microusd: amount.optional(),
    mode: mode.optional(),
    alert_percents: alertPercents.optional(),
  })
  .meta({ id: 'UpdateBudgetRequest' });

const fields = {
  id: z.string(),
  object: z.literal('budget'),
  name: z.string().nullable(),
  level: z.enum(budgetLevels),
  subject: z.string(),
  amount_microusd: z.number().int(),
  currency,
  period: z.enum(budgetPeriods),
  mode,
  alert_percents: alertPercents,
  version: z.number().int().describe('Grows with every change.'),
};

export const budget = z.object(fields).meta({ id: 'Budget' });

export const budgetWithStanding = z
  .object({
    ...fields,
    standing: z
      .object({
        subject: z.string().describe('Whose standing it is.'),
        period: z.string(),
        resets_at_ms: z.number().int().nullable(),
        spent_microusd: z.number().int(),
        held_microusd: z.number().int().describe('Held for requests under way.'),
        remaining_microusd: z.number().int(),
      })
      .nullable()
      .describe('Null for a budget of each, where the query names none of them.'),
  })
  .meta({ id: 'BudgetWithStanding' });

export const budgetList = listOf(budget, 'BudgetList');
export const budgetDeleted = deletedOf('budget', 'BudgetDeleted');
export const budgetQuery = z.object({
  subject: z.string().min(1).max(512).optional().describe('Whose standing to show, of a budget of each.'),
});
