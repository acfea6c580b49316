import * as z from 'zod';
import { deletedOf, epochSeconds, listOf, nameField, secondsField } from '../tenants/fields.ts';
import { scopesField } from './schemas.ts';

const accountFields = {
  id: z.string(),
  object: z.literal('organization.project.service_account'),
  name: z.string(),
  role: z.enum(['owner', 'member', 'none']),
  created_at: epochSeconds,
};

export const serviceAccount = z.object(accountFields).meta({ id: 'ServiceAccount' });

export const serviceAccountList = listOf(serviceAccount, 'ListServiceAccountsResponse');

const accountKeyFields = z.object({
  id: z.string(),
  object: z.literal('organization.project.service_account.api_key'),
  name: z.string(),
  created_at: epochSeconds,
  expires_at: epochSeconds.nullable(),
  value: z.string().describe('The key, shown this once.'),
});

export const accountKey = accountKeyFields.meta({ id: 'ServiceAccountApiKey' });

export const createdServiceAccount = z
  .object({ ...accountFields, api_key: accountKeyFields.nullable() })
  .meta({ id: 'CreatedServiceAccount' });

export const serviceAccountCreation = z
  .strictObject({
    name: nameField,
    create_service_account_only: z.boolean().nullable().optional().describe('True: it gets no key.'),
    expires_in_seconds: secondsField.nullable().optional().describe('When its first key ends.'),
  })
  .meta({ id: 'CreateServiceAccountRequest' });

export const serviceAccountUpdate = z
  .strictObject({
    name: nameField.optional(),
    role: z
      .enum(['member'])
      .optional()
      .describe('Who administers the tenant owns its projects; no program does.'),
  })
  .meta({ id: 'UpdateServiceAccountRequest' });

export const serviceAccountDeleted = deletedOf(
  'organization.project.service_account.deleted',
  'DeleteServiceAccountResponse',
);

export const accountKeyCreation = z
  .strictObject({
    name: nameField.optional(),
    scopes: scopesField.optional(),
    expires_in_seconds: secondsField.nullable().optional(),
  })
  .meta({ id: 'CreateServiceAccountApiKeyRequest' });
