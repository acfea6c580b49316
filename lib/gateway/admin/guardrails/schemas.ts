import * as z from 'zod';
import { guardrailKinds } from '../../../policy/index.ts';
import { deletedOf, epochSeconds, idField, listOf } from '../tenants/fields.ts';

const verdict = z.enum(['allow', 'redact', 'hold', 'block']);
const stage = z.enum(['input', 'output']);
const kind = z.enum(guardrailKinds);
const role = z.enum(['system', 'user', 'assistant', 'tool', 'data']);
const category = z.string().regex(/^(\*|[a-z0-9][a-z0-9/_-]{0,63})$/, 'expected a category, or *');

const actions = z
  .record(category, verdict)
  .describe(
    "What each category leads to; `*` stands for all others. Default: the guardrail's own judgement.",
  );

const changeable = {
  enabled: z.boolean().optional().describe('False keeps it without effect. Default: true.'),
  stages: z
    .array(stage)
    .min(1)
    .max(2)
    .optional()
    .describe('What is checked: requests, answers, or both. Default: both.'),
  actions: actions.optional(),
  timeout_ms: z
    .number()
    .int()
    .min(50)
    .max(30_000)
    .optional()
    .describe('How long one check may take. Default: 2,000; 10,000 for a judge.'),
  on_failure: z
    .enum(['open', 'closed'])
    .optional()
    .describe('Whether what could not be checked passes. Recorded either way. Default: closed.'),
  projects: z.array(idField).min(1).max(100).nullish().describe('Only requests of these projects.'),
  models: z.array(idField).min(1).max(100).nullish().describe('Only requests to these models.'),
  roles: z
    .array(role)
    .min(1)
    .max(5)
    .nullish()
    .describe('Whose texts of a request are checked; `data` is what is embedded. Default: by kind.'),
  options: z.looseObject({}).optional().describe('By kind: see the documentation of guardrails.'),
};

export const guardrailCreation = z
  .strictObject({
    id: z
      .string()
      .regex(/^(?!test$)[a-z0-9][a-z0-9_-]{0,62}$/, 'expected up to 63 lower-case letters, digits, - and _')
      .optional()
      .describe('Names it in errors and records. Default: one is made.'),
    kind,
    ...changeable,
  })
  .meta({ id: 'CreateGuardrailRequest' });

export const guardrailUpdate = z.strictObject(changeable).meta({ id: 'UpdateGuardrailRequest' });

export const guardrail = z
  .object({
    id: z.string(),
    object: z.literal('openclaw.guardrail'),
    kind,
    enabled: z.boolean(),
    stages: z.array(stage),
    actions,
    timeout_ms: z.number().int(),
    on_failure: z.enum(['open', 'closed']),
    projects: z.array(z.string()).nullable(),
    models: z.array(z.string()).nullable(),
    roles: z.array(role).nullable(),
    options: z.looseObject({}),
    version: z.number().int(),
    created_at: epochSeconds,
    updated_at: epochSeconds,
  })
  .meta({ id: 'Guardrail' });

export const guardrailList = listOf(guardrail, 'ListGuardrailsResponse');
export const guardrailDeleted = deletedOf('openclaw.guardrail.deleted', 'DeleteGuardrailResponse');

export const guardrailTest = z
  .strictObject({
    text: z.string().min(1).max(100_000),
    stage: stage.optional().describe('Default: input.'),
    guardrail: guardrailCreation.optional().describe('One that is not stored.'),
    guardrail_ids: z
      .array(idField)
      .min(1)
      .max(20)
      .optional()
      .describe(
        'Stored ones. Default, without `guardrail`: all that are enabled, and the default moderation.',
      ),
  })
  .meta({ id: 'TestGuardrailRequest' });

export const guardrailTestResult = z
  .object({
    object: z.literal('openclaw.guardrail_test'),
    verdict,
    findings: z.array(
      z.object({
        guardrail_id: z.string(),
        category: z.string(),
        verdict,
        count: z.number().int(),
        score: z.number().nullable(),
      }),
    ),
    runs: z
      .array(
        z.object({
          guardrail_id: z.string(),
          status: z.enum(['checked', 'failed', 'timed_out']),
          duration_ms: z.number(),
        }),
      )
      .describe('A guardrail that failed has found nothing and passed nothing.'),
    text: z.string().describe('The text as it would go on.'),
  })
  .meta({ id: 'GuardrailTestResult' });

export const moderationSettingsUpdate = z
  .strictObject({
    enabled: z.boolean().optional(),
    actions: z
      .record(category, verdict.nullable())
      .optional()
      .describe('By category; null goes back to the default.'),
  })
  .meta({ id: 'UpdateDefaultModerationRequest' });

export const moderationSettings = z
  .object({
    object: z.literal('openclaw.moderation_settings'),
    enabled: z.boolean(),
    actions: z.record(z.string(), verdict).describe('What each category leads to, defaults included.'),
    version: z.number().int(),
    updated_at: epochSeconds.nullable().describe('Null where nothing was changed yet.'),
  })
  .meta({ id: 'DefaultModeration' });
