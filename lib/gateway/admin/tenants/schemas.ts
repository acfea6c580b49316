import * as z from 'zod';
import { permissions, roles } from '../../../tenancy/index.ts';
import { deletedOf, epochSeconds, listOf, nameField } from './fields.ts';

const residency = z.strictObject({
  regions: z
    .array(z.string().regex(/^[a-z]{2,4}(-[a-z]+){1,2}-\d$/, 'expected a region, for example eu-central-1'))
    .min(1)
    .max(50)
    .describe("The regions in which a model may process the tenant's data."),
});

const whenLedgerFails = z
  .enum(['closed', 'open'])
  .describe(
    'What happens to a request when limits and budgets cannot be looked up: refused, or let through.',
  );

export const tenant = z
  .object({
    id: z.string(),
    object: z.literal('openclaw.tenant'),
    name: z.string(),
    status: z.enum(['active', 'suspended', 'deleting', 'deleted']),
    tier: z.enum(['pool', 'silo']),
    residency: residency.nullable(),
    when_ledger_fails: whenLedgerFails,
    created_at: epochSeconds,
    deleted_at: epochSeconds.nullable(),
  })
  .meta({ id: 'Tenant' });

export const tenantList = listOf(tenant, 'ListTenantsResponse');

export const tenantCreation = z
  .strictObject({
    id: z
      .string()
      .describe('3 to 40 lower-case letters, digits and hyphens. Never to be changed or used again.'),
    name: nameField.optional().describe('Default: the id.'),
    tier: z.enum(['pool', 'silo']).optional().describe('`silo` for those that the configuration names.'),
    residency: residency.nullable().optional(),
    when_ledger_fails: whenLedgerFails.optional(),
  })
  .meta({ id: 'CreateTenantRequest' });

export const tenantUpdate = z
  .strictObject({
    name: nameField.optional(),
    status: z.enum(['active', 'suspended']).optional(),
    residency: residency.nullable().optional(),
    when_ledger_fails: whenLedgerFails.optional(),
  })
  .meta({ id: 'UpdateTenantRequest' });

export const tenantDeleted = deletedOf('openclaw.tenant.deleted', 'DeleteTenantResponse');

export const tenantPurged = z
  .object({
    id: z.string(),
    object: z.literal('openclaw.tenant.purge'),
    status: z
      .enum(['deleting', 'deleted'])
      .describe('`deleted` once nothing is left; until then, ask again.'),
    removed: z.number().int().describe('What this request has removed.'),
  })
  .meta({ id: 'PurgeTenantResponse' });

export const caller = z
  .object({
    object: z.literal('openclaw.caller'),
    kind: z.enum(['api-key', 'person']),
    id: z.string(),
    user_id: z.string().nullable(),
    role: z.enum(roles),
    permissions: z.array(z.enum(permissions)),
    allowed_models: z.array(z.string()).nullable(),
    home_tenant_id: z.string(),
    tenant: z.object({ id: z.string(), name: z.string(), status: z.string() }),
    project: z.object({ id: z.string(), name: z.string() }).nullable(),
  })
  .meta({ id: 'Caller' });
