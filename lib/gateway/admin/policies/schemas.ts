import * as z from 'zod';
import { policyIdForm } from '../../../policy/access/index.ts';
import { roles } from '../../../tenancy/index.ts';
import { deletedOf, epochSeconds, idField, listOf } from '../tenants/fields.ts';

const parameters = z
  .record(z.string().max(64), z.union([z.string().max(256), z.array(z.string().max(256)).max(100)]))
  .describe("The template's values, by name.");

export const policy = z
  .object({
    id: z.string(),
    object: z.literal('openclaw.policy'),
    description: z.string(),
    enabled: z.boolean(),
    effect: z.enum(['permit', 'forbid']),
    policy: z.string().describe("Cedar's text."),
    template: z.string().nullable().describe('What the text was made from, where it was.'),
    parameters: parameters.nullable(),
    created_at: epochSeconds,
    updated_at: epochSeconds,
  })
  .meta({ id: 'Policy' });

export const policyList = listOf(policy, 'ListPoliciesResponse');
export const policyDeleted = deletedOf('openclaw.policy.deleted', 'DeletePolicyResponse');

const described = {
  description: z
    .string()
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]{0,256}$/u, 'expected up to 256 characters in one line')
    .optional()
    .describe('What it is for. Told to callers that it refuses.'),
  enabled: z.boolean().optional().describe('False keeps it without effect. Default: true.'),
};

const written = {
  policy: z.string().min(1).max(20_000).optional().describe("Cedar's text: one policy. Or name a template."),
  template: z.string().min(1).max(64).optional().describe('The name of a template.'),
  parameters: parameters.optional(),
};

export const policyCreation = z
  .strictObject({
    id: z
      .string()
      .regex(policyIdForm, 'expected up to 63 lower-case letters, digits, hyphens and underscores')
      .optional()
      .describe('Names it in refusals and records. Default: one is made.'),
    ...described,
    ...written,
  })
  .meta({ id: 'CreatePolicyRequest' });

export const policyUpdate = z.strictObject({ ...described, ...written }).meta({ id: 'UpdatePolicyRequest' });

export const policyValidation = z.strictObject(written).meta({ id: 'ValidatePolicyRequest' });

const position = z.object({ line: z.number().int(), column: z.number().int() });
const problem = z.object({
  message: z.string(),
  help: z.string().nullable(),
  start: position,
  end: position,
});

export const policyValidity = z
  .object({
    object: z.literal('openclaw.policy_validity'),
    valid: z.boolean(),
    policy: z.string().describe('The text that was checked, with a template: the one made from it.'),
    errors: z.array(problem),
    warnings: z.array(problem),
  })
  .meta({ id: 'PolicyValidity' });

export const decisionCase = z
  .strictObject({
    action: z.enum(['invokeModel', 'tune', 'readDocuments']),
    model: idField.optional().describe('For invokeModel and tune: the name that a caller would use.'),
    vector_store: idField.optional().describe('For readDocuments.'),
    who: z
      .strictObject({
        key: idField.optional().describe('An API key, by its id.'),
        user: idField.optional().describe('A member or service account, by its id.'),
        project: idField.optional(),
        role: z.enum(roles).optional().describe('Default: member.'),
      })
      .describe('They need not exist.'),
    context: z
      .strictObject({
        data_class: z.string().max(64).optional().describe("Default: the project's."),
        source_ip: z.union([z.ipv4(), z.ipv6()]).optional(),
        end_user: z.string().max(256).optional(),
        time: z.iso.datetime({ offset: true }).optional().describe('Default: now.'),
        operation: z.enum(['chat', 'embeddings']).optional().describe('Default: chat.'),
        stream: z.boolean().optional(),
        max_tokens: z.number().int().min(0).optional(),
      })
      .optional(),
  })
  .meta({ id: 'PolicyDecisionRequest' });

const decided = z.enum(['allow', 'deny']);

export const decision = z
  .object({
    object: z.literal('openclaw.policy_decision'),
    decision: decided,
    code: z.enum(['policy_denied', 'residency_denied']).nullable(),
    policy_ids: z.array(z.string()),
    reasons: z.array(z.object({ policy_id: z.string(), description: z.string() })),
    targets: z
      .array(
        z.object({
          provider: z.string(),
          model: z.string(),
          regions: z.array(z.string()).nullable().describe('Null where nobody can tell.'),
          decision: decided,
          policy_ids: z.array(z.string()),
          outside_residency: z.boolean(),
        }),
      )
      .describe('What is decided about each way to serve the model; a request goes only to those allowed.'),
  })
  .meta({ id: 'PolicyDecision' });

export const policyTemplate = z
  .object({
    id: z.string(),
    object: z.literal('openclaw.policy_template'),
    description: z.string(),
    parameters: z.array(
      z.object({
        name: z.string(),
        description: z.string(),
        list: z.boolean(),
        pattern: z.string().describe('What each value looks like, as a regular expression.'),
      }),
    ),
  })
  .meta({ id: 'PolicyTemplate' });

export const policyTemplateList = listOf(policyTemplate, 'ListPolicyTemplatesResponse');
