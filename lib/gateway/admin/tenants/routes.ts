import { isSiloDeclared } from '../../../config/silos.ts';
import type { Tenant } from '../../../tenancy/index.ts';
import { purgeTenant } from '../../../tenancy/purge-tenant.ts';
import type { TenantChange } from '../../../tenancy/tenants.ts';
import { ApiError } from '../../errors/api-error.ts';
import type { Route } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { answers } from './answers.ts';
import { openDirectory } from './directory.ts';
import { pageQuery } from './fields.ts';
import { meRoute } from './me-route.ts';
import { listReply, seconds, secondsOrNull, wantedPage } from './pages.ts';
import { tenant, tenantCreation, tenantDeleted, tenantList, tenantPurged, tenantUpdate } from './schemas.ts';

const base = '/v1/openclaw/tenants';

/** The tenants of the deployment, for who operates it. */
export function tenantsRoutes(services: AdminServices): readonly Route[] {
  const directory = openDirectory(services);
  const { tenants } = directory;
  const { shows } = answers(services, directory);
  const changes = (work: Parameters<typeof shows>[0]) =>
    shows(async (call, tenantId) => {
      try {
        return await work(call, tenantId);
      } finally {
        services.settings.forget(call.parameters.tenant_id ?? '');
      }
    });
  return [
    meRoute,
    {
      method: 'POST',
      path: base,
      operationId: 'createTenant',
      summary: 'Make a tenant; the same request again gives the same tenant',
      access: 'tenants:write',
      body: tenantCreation,
      response: { status: 200, description: 'The tenant.', schema: tenant },
      errors: [409],
      handle: shows(async ({ body }) => {
        const id = String(body.id);
        const created = await tenants.create(id, {
          name: String(body.name ?? id),
          tier: chooseTier(services, id, body.tier as Tenant['tier'] | undefined),
          whenLedgerFails: (body.when_ledger_fails as Tenant['whenLedgerFails'] | undefined) ?? 'closed',
          ...(body.residency ? { residency: body.residency as NonNullable<Tenant['residency']> } : {}),
        });
        services.settings.forget(id);
        return describeTenant(created);
      }),
    },
    {
      method: 'GET',
      path: base,
      operationId: 'listTenants',
      summary: 'List the tenants',
      access: 'tenants:read',
      query: pageQuery,
      response: { status: 200, description: 'Tenants, by id.', schema: tenantList },
      handle: shows(async (call) => listReply(await tenants.page(wantedPage(call)), describeTenant)),
    },
    {
      method: 'GET',
      path: `${base}/{tenant_id}`,
      operationId: 'retrieveTenant',
      summary: 'Retrieve one tenant',
      access: 'tenants:read',
      response: { status: 200, description: 'The tenant.', schema: tenant },
      errors: [404],
      handle: shows(async ({ parameters }) => describeTenant(await tenants.get(parameters.tenant_id ?? ''))),
    },
    {
      method: 'POST',
      path: `${base}/{tenant_id}`,
      operationId: 'updateTenant',
      summary: 'Change a tenant: its name, whether it is suspended, where its data may go',
      access: 'tenants:write',
      body: tenantUpdate,
      response: { status: 200, description: 'The tenant, changed.', schema: tenant },
      errors: [404, 409],
      handle: changes(async ({ parameters, body }) => {
        const { when_ledger_fails: whenLedgerFails, ...change } = body;
        const updated = await tenants.update(parameters.tenant_id ?? '', {
          ...(change as TenantChange),
          ...(whenLedgerFails === undefined
            ? {}
            : { whenLedgerFails: whenLedgerFails as Tenant['whenLedgerFails'] }),
        });
        return describeTenant(updated);
      }),
    },
    {
      method: 'DELETE',
      path: `${base}/{tenant_id}`,
      operationId: 'deleteTenant',
      summary: 'Stop a tenant for good; its data stays until it is purged',
      access: 'tenants:write',
      response: { status: 200, description: 'It is stopped.', schema: tenantDeleted },
      errors: [404, 409],
      handle: changes(async ({ principal, parameters }) => {
        const id = parameters.tenant_id ?? '';
        if (id === principal.homeTenantId) {
          throw new ApiError(409, 'This is the tenant of your own key, which would stop with it.', {
            code: 'conflict',
          });
        }
        await tenants.delete(id);
        return { id, object: 'openclaw.tenant.deleted', deleted: true };
      }),
    },
    {
      method: 'POST',
      path: `${base}/{tenant_id}/purge`,
      operationId: 'purgeTenant',
      summary: 'Remove a part of what a deleted tenant has left; to be repeated until nothing is',
      access: 'tenants:write',
      response: { status: 200, description: 'How far it is.', schema: tenantPurged },
      errors: [404, 409],
      handle: changes(async ({ parameters }) => {
        const { apiKeys, documents } = services;
        const purged = await purgeTenant(parameters.tenant_id ?? '', {
          tenants,
          apiKeys,
          documents,
          others: [async (tenantId) => (await services.jobs()).purgeTenant(tenantId)],
        });
        const { id, status } = purged.tenant;
        return { id, object: 'openclaw.tenant.purge', status, removed: purged.removed };
      }),
    },
  ];
}

/** @throws ApiError 400 for a silo that was not deployed */
function chooseTier({ configuration }: AdminServices, id: string, wanted?: Tenant['tier']): Tenant['tier'] {
  const isDeclared = isSiloDeclared(configuration, id);
  if (wanted === 'silo' && !isDeclared) {
    throw new ApiError(
      400,
      `Name '${id}' under tenants.silos in the configuration, and deploy, before it can be a silo.`,
      {
        param: 'tier',
        code: 'invalid_value',
      },
    );
  }
  return wanted ?? (isDeclared ? 'silo' : 'pool');
}

function describeTenant({ id, name, status, tier, residency, whenLedgerFails, ...times }: Tenant) {
  return {
    id,
    object: 'openclaw.tenant',
    name,
    status,
    tier,
    residency: residency ?? null,
    when_ledger_fails: whenLedgerFails,
    created_at: seconds(times.createdAtMs),
    deleted_at: secondsOrNull(times.deletedAtMs),
  };
}
