import { jsonReply } from '../../http.ts';
import { replyHeaders } from '../../reply-headers.ts';
import type { Route } from '../../route.ts';
import { caller } from './schemas.ts';

/** Tells a caller who it is taken for. */
export const meRoute: Route = {
  method: 'GET',
  path: '/v1/openclaw/me',
  operationId: 'describeCaller',
  summary: 'Who you are here: your role, what you may do, in which tenant and project',
  access: 'caller',
  response: { status: 200, description: 'You.', schema: caller },
  handle: async ({ exchange, principal, settings: { tenant }, project }) => {
    const answer = {
      object: 'openclaw.caller',
      kind: principal.kind,
      id: principal.keyId,
      user_id: principal.userId ?? null,
      role: principal.role,
      permissions: [...principal.permissions].sort(),
      allowed_models: principal.allowedModels ?? null,
      home_tenant_id: principal.homeTenantId,
      tenant: { id: tenant.id, name: tenant.name, status: tenant.status },
      project: project ? { id: project.id, name: project.name } : null,
    };
    return jsonReply(200, answer, replyHeaders(exchange));
  },
};
