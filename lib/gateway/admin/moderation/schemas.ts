import * as z from 'zod';
import { job, jobStates } from '../../jobs/schemas.ts';

const actor = z.object({ key_id: z.string(), user_id: z.string().nullable() });
const epochSeconds = z.number().int();

const moderatedFields = {
  ...job.shape,
  object: z.literal('openclaw.moderation_request'),
  requester: actor,
  findings: z.array(
    z.object({ guardrail_id: z.string(), category: z.string(), score: z.number().nullable() }),
  ),
  claim: z
    .object({ by: actor, expires_at: epochSeconds })
    .nullable()
    .describe('The reviewer who alone may decide now.'),
  events: z.array(
    z.object({
      type: z.string(),
      at: epochSeconds,
      actor: actor.nullable(),
      before: z.string().nullable(),
      after: z.string(),
      text: z.string().nullable(),
    }),
  ),
};

export const moderationRequest = z.object(moderatedFields).meta({ id: 'ModerationRequest' });

export const shownModerationRequest = z
  .object({ ...moderatedFields, request: z.unknown().describe('What was asked, as it was sent.') })
  .meta({ id: 'ShownModerationRequest' });

export const moderationRequestList = z
  .object({
    object: z.literal('list'),
    data: z.array(moderationRequest),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  })
  .meta({ id: 'ListModerationRequestsResponse' });

export const listQuery = z.object({
  status: z.enum(jobStates).optional(),
  category: z.string().min(1).max(64).optional(),
  project_id: z.string().min(1).max(64).optional(),
  limit: z.coerce.number().int().min(1).max(100).optional(),
  after: z.string().max(64).optional(),
});

export const decisionBody = z
  .strictObject({
    decision: z.enum(['approve', 'reject']),
    reason: z.string().min(1).max(4_000).describe('Told to the caller.'),
  })
  .meta({ id: 'ModerationDecisionRequest' });

export const appealBody = z
  .strictObject({ text: z.string().min(1).max(4_000) })
  .meta({ id: 'ModerationAppealRequest' });

const holdDays = z.number().int().min(1).max(30).describe('How long a request waits for a reviewer.');

export const queueSettingBody = z
  .strictObject({ hold_days: holdDays })
  .meta({ id: 'UpdateModerationSettingsRequest' });

export const queueSetting = z
  .object({ object: z.literal('openclaw.moderation_settings'), hold_days: holdDays })
  .meta({ id: 'ModerationSettings' });
