import * as z from 'zod';
import { permissions, roles } from '../../../tenancy/index.ts';
import {
  deletedOf,
  epochSeconds,
  idField,
  listOf,
  nameField,
  pageFields,
  secondsField,
} from '../tenants/fields.ts';

export const scopesField = z
  .array(z.enum(permissions))
  .max(permissions.length)
  .describe('Permissions of the role; none means all of them.');

export const rangesField = z
  .array(z.string().max(64))
  .min(1)
  .max(50)
  .describe('Addresses from which the key may be used: CIDR ranges, IPv4 or IPv6.');

const allowedModels = z.array(z.string().min(1).max(128)).min(1).max(100);

const owner = z.object({
  type: z.enum(['user', 'service_account']).optional(),
  user: z
    .object({
      id: z.string(),
      created_at: epochSeconds,
      email: z.string(),
      name: z.string(),
      role: z.string(),
    })
    .optional(),
  service_account: z
    .object({ id: z.string(), created_at: epochSeconds, name: z.string(), role: z.string() })
    .optional(),
});

const keyFields = {
  id: z.string(),
  object: z.literal('organization.project.api_key'),
  name: z.string(),
  redacted_value: z.string(),
  created_at: epochSeconds,
  expires_at: epochSeconds.nullable(),
  last_used_at: epochSeconds.nullable().describe('To the hour.'),
  owner: owner.describe('Empty where the key acts for nobody in particular.'),
  owner_project_access: z.enum(['active', 'inactive']),
  project_id: z.string(),
  role: z.enum(roles),
  scopes: z.array(z.enum(permissions)).describe('What the key may do.'),
  allowed_models: z.array(z.string()).nullable(),
  source_ranges: z.array(z.string()).nullable(),
  replaced_by: z.string().nullable().describe('The key that this one was rotated into.'),
};

export const projectKey = z.object(keyFields).meta({ id: 'ProjectApiKey' });

export const projectKeyList = listOf(projectKey, 'ListProjectApiKeysResponse');

export const projectKeyQuery = z.object({
  ...pageFields,
  owner_project_access: z.enum(['active', 'inactive', 'any']).optional(),
});

export const projectKeyDeleted = deletedOf(
  'organization.project.api_key.deleted',
  'DeleteProjectApiKeyResponse',
);

export const projectKeyUpdate = z
  .strictObject({ scopes: scopesField.optional(), expires_in_seconds: secondsField.optional() })
  .meta({ id: 'UpdateProjectApiKeyRequest' });

export const keyCreation = z
  .strictObject({
    name: nameField,
    role: z.enum(['member', 'auditor']).optional().describe('Default: member.'),
    scopes: scopesField.optional(),
    expires_in_seconds: secondsField.optional(),
    allowed_models: allowedModels.optional().describe('The models that the key may use. Default: all.'),
    source_ranges: rangesField.optional(),
    owner_id: idField.optional().describe('The member or service account that the key acts for.'),
  })
  .meta({ id: 'CreateApiKeyRequest' });

export const createdKey = z
  .object({ ...keyFields, value: z.string().describe('The key, shown this once.') })
  .meta({ id: 'CreatedApiKey' });

export const rotation = z
  .strictObject({
    overlap_seconds: z
      .number()
      .int()
      .min(0)
      .max(30 * 24 * 60 * 60)
      .optional()
      .describe('How long the old key works on. Default: a day.'),
    expires_in_seconds: secondsField
      .optional()
      .describe('When the new key ends. Default: after as long as the old one was given.'),
  })
  .meta({ id: 'RotateApiKeyRequest' });

export const rotatedKey = z
  .object({
    ...keyFields,
    value: z.string().describe('The new key, shown this once.'),
    replaces: z.object({ id: z.string(), expires_at: epochSeconds.nullable() }),
  })
  .meta({ id: 'RotatedApiKey' });
