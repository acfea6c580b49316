import { type Principal, tenantIdForm } from '../../tenancy/index.ts';
import { ApiError } from '../errors/api-error.ts';
import type { GatewayRequest } from '../http.ts';

/**
 * Where the caller acts, by the headers that OpenAI's clients send: a platform administrator in the tenant that
 * `OpenAI-Organization` names, everybody else in its own. Decided without a look at storage, so that neither the answer
 * nor its time tells which tenants there are.
 *
 * @throws ApiError 401 where a header names another tenant or project than the caller's
 */
export function actInTenant(principal: Principal, { header }: Pick<GatewayRequest, 'header'>): Principal {
  const tenantId = header('openai-organization') || principal.tenantId;
  const projectId = header('openai-project') || undefined;
  const acting = tenantId === principal.tenantId ? principal : inOtherTenant(principal, tenantId);
  if (projectId === undefined || projectId === acting.projectId) return acting;
  // Who is in several projects says which one this is about.
  if (acting.projectIds?.includes(projectId)) return { ...acting, projectId };
  throw new ApiError(401, 'The header OpenAI-Project names another project than the API key is of.', {
    code: 'mismatched_project',
  });
}

function inOtherTenant(principal: Principal, tenantId: string): Principal {
  const mayAct = principal.role === 'platform-admin' && tenantIdForm.test(tenantId);
  if (mayAct) return { ...principal, tenantId, projectId: '' };
  throw new ApiError(401, 'The header OpenAI-Organization names another tenant than the API key is of.', {
    code: 'mismatched_organization',
  });
}
