import { TenancyError, type TenancyErrorCode } from '../../../tenancy/tenancy-error.ts';
import { ApiError } from '../../errors/api-error.ts';
import { type GatewayReply, jsonReply } from '../../http.ts';
import { replyHeaders } from '../../reply-headers.ts';
import type { Route, RouteCall } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import type { Directory } from './directory.ts';

type Work = (call: RouteCall, tenantId: string) => Promise<object>;

/** How the routes of tenants, projects, keys and members answer: with what their work gives, or why it is refused. */
export interface Answers {
  /** Looks, and changes nothing. */
  readonly shows: (work: Work) => Route['handle'];
  /** Changes something of the tenant in which the caller acts. */
  readonly changes: (work: Work) => Route['handle'];
  /** The same, and answers with a secret, which is shown this once. */
  readonly reveals: (work: Work) => Route['handle'];
}

export function answers(services: AdminServices, { tenants }: Directory): Answers {
  const change = async (call: RouteCall, work: Work): Promise<object> => {
    const { tenantId } = call.principal;
    // The first change of a tenant that nobody has described creates its record.
    if (call.settings.tenant.createdAtMs === 0) await tenants.ensure(tenantId);
    try {
      return await work(call, tenantId);
    } finally {
      services.settings.forget(tenantId);
    }
  };
  return {
    shows: (work) => (call) => reply(call, () => work(call, call.principal.tenantId)),
    changes: (work) => (call) => reply(call, () => change(call, work)),
    // What must not be stored on the way is not kept for a repetition with the same idempotency key either.
    reveals: (work) => (call) => reply(call, () => change(call, work), { 'cache-control': 'no-store' }),
  };
}

async function reply(
  { exchange }: RouteCall,
  work: () => Promise<object>,
  headers: Readonly<Record<string, string>> = {},
): Promise<GatewayReply> {
  return jsonReply(200, await telling(work), { ...replyHeaders(exchange), ...headers });
}

const statuses: Readonly<Record<TenancyErrorCode, number>> = {
  not_found: 404,
  already_exists: 409,
  conflict: 409,
  invalid: 400,
};

async function telling<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (refused) {
    if (!(refused instanceof TenancyError)) throw refused;
    const { code, message, param } = refused;
    throw new ApiError(statuses[code], message, {
      code: code === 'invalid' ? 'invalid_value' : code,
      param,
      cause: refused,
    });
  }
}
