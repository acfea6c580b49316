import { type Principal, type Project, platformTenantId, type Tenant } from '../../tenancy/index.ts';
import { ApiError } from '../errors/api-error.ts';

/**
 * Stops what acts in a tenant or project that is closed. The platform administrator passes, to look after a tenant that is
 * suspended or being deleted; into one that nobody has made it comes no more than into one that is gone.
 *
 * @param inPlatform - whether what is asked for can be done in the tenant `platform`, which is none
 * @throws ApiError 401, 403 or 404
 */
export function checkTenant(
  principal: Principal,
  tenant: Tenant,
  project: Project | undefined,
  inPlatform = false,
): void {
  const isAtHome = principal.tenantId === principal.homeTenantId;
  if (tenant.id === platformTenantId && !isAtHome) {
    if (inPlatform) return;
    throw unknownTenant(tenant.id);
  }
  if (tenant.status !== 'active') refuseClosed(principal, tenant, isAtHome);
  if (!isAtHome && tenant.createdAtMs === 0) throw unknownTenant(tenant.id);
  // Who administers has a project, too, in deployments from before; the tenant is not to be closed with it.
  if (project?.status === 'archived' && principal.role === 'member') {
    throw new ApiError(401, `The project '${project.id}' is archived: its API keys do not work any more.`, {
      code: 'project_archived',
    });
  }
}

function refuseClosed({ role }: Principal, { id, status }: Tenant, isAtHome: boolean): void {
  const isOperator = role === 'platform-admin';
  if (status === 'suspended') {
    if (isOperator) return;
    throw new ApiError(403, 'The tenant is suspended. Ask who operates this service.', {
      type: 'permission_error',
      code: 'tenant_suspended',
    });
  }
  if (isOperator && !isAtHome) {
    if (status === 'deleting') return;
    throw unknownTenant(id);
  }
  // The key is as good as revoked.
  throw new ApiError(401, 'The API key is not valid. Check it, or ask your administrator for a new one.', {
    code: 'invalid_api_key',
  });
}

function unknownTenant(id: string): ApiError {
  return new ApiError(404, `There is no tenant '${id}'.`, { code: 'not_found' });
}
