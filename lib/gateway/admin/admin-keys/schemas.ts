import * as z from 'zod';
import { permissions, roles } from '../../../tenancy/index.ts';
import { rangesField, scopesField } from '../keys/schemas.ts';
import { deletedOf, epochSeconds, listOf, nameField, pageFields, secondsField } from '../tenants/fields.ts';

const keyFields = {
  id: z.string(),
  object: z.literal('organization.admin_api_key'),
  name: z.string(),
  redacted_value: z.string(),
  created_at: epochSeconds,
  expires_at: epochSeconds.nullable(),
  last_used_at: epochSeconds.nullable().describe('To the hour.'),
  owner: z.object({
    type: z.literal('user'),
    object: z.literal('organization.user'),
    role: z.literal('owner'),
    id: z.string().optional(),
    name: z.string().optional(),
    created_at: epochSeconds.optional(),
  }),
  role: z.enum(roles),
  scopes: z.array(z.enum(permissions)).describe('What the key may do.'),
  source_ranges: z.array(z.string()).nullable(),
};

export const adminKey = z.object(keyFields).meta({ id: 'AdminApiKey' });

export const createdAdminKey = z
  .object({ ...keyFields, value: z.string().describe('The key, shown this once.') })
  .meta({ id: 'CreatedAdminApiKey' });

export const adminKeyList = listOf(adminKey, 'ListAdminApiKeysResponse');

export const adminKeyQuery = z.object({ ...pageFields, order: z.enum(['asc', 'desc']).optional() });

export const adminKeyCreation = z
  .strictObject({
    name: nameField,
    expires_in_seconds: secondsField.optional(),
    role: z.enum(['tenant-admin', 'auditor', 'platform-admin']).optional().describe('Default: tenant-admin.'),
    scopes: scopesField.optional(),
    source_ranges: rangesField.optional(),
  })
  .meta({ id: 'CreateAdminApiKeyRequest' });

export const adminKeyDeleted = deletedOf('organization.admin_api_key.deleted', 'DeleteAdminApiKeyResponse');
