import type { JsonObject } from '../plugin/index.ts';
import { implicitTenant, type Principal, platformTenantId, TenantSettings } from '../tenancy/index.ts';
import { readJsonBody } from './body/read-json-body.ts';
import { readQuery } from './body/read-query.ts';
import type { Exchange } from './exchange.ts';
import type { GatewayReply } from './http.ts';
import { withIdempotency } from './idempotency/with-idempotency.ts';
import type { RouteCall } from './route.ts';
import type { FoundRoute } from './route-table.ts';
import { validate } from './schemas/validate.ts';
import type { GatewayServices } from './services.ts';
import { admit } from './steps/admit.ts';
import { authenticate } from './steps/authenticate.ts';
import { authorise } from './steps/authorise.ts';
import { checkTenant } from './steps/check-tenant.ts';

/**
 * The way of every request to its route: who calls, in which tenant, whether they may, what they ask for. Each step
 * goes on or throws the error that the caller gets.
 */
export async function dispatch(
  exchange: Exchange,
  { route, parameters }: FoundRoute,
  services: GatewayServices,
): Promise<GatewayReply> {
  if (route.access === 'anyone') return route.handle({ ...callOfNobody, exchange, parameters });
  const principal = await authenticate(exchange, services);
  const { tenantId, projectId } = principal;
  const [settings, project] = await Promise.all([
    services.settings.settings(tenantId),
    projectId === '' ? undefined : services.settings.project(tenantId, projectId),
    // What the platform has set is asked for later, and is there by then.
    route.costs && services.settings.settings(platformTenantId),
  ]);
  checkTenant(principal, settings.tenant, project, route.inPlatform);
  if (route.access !== 'caller') authorise(principal, route.access);
  const query = readQuery(exchange.request.query, route.query);
  let body: JsonObject = {};
  if (route.body) {
    body = readJsonBody(exchange.request.body, services.limits);
    validate(route.body, body);
  }
  const call = { exchange, principal, settings, ...(project && { project }), parameters, query, body };
  // Nothing of it is held while the request is under way, and no tokens are estimated: there is nothing to settle.
  if (!route.costs) await admit(call, undefined, services);
  const idempotencyKey = route.method === 'POST' ? exchange.request.header('idempotency-key') : undefined;
  return idempotencyKey === undefined
    ? route.handle(call)
    : withIdempotency(idempotencyKey, route, call, services);
}

const nobody: Principal = {
  kind: 'person',
  keyId: '',
  tenantId: platformTenantId,
  homeTenantId: platformTenantId,
  projectId: '',
  role: 'member',
  permissions: new Set(),
};

const callOfNobody: Omit<RouteCall, 'exchange' | 'parameters'> = {
  principal: nobody,
  settings: new TenantSettings(implicitTenant(platformTenantId)),
  query: {},
  body: {},
};
