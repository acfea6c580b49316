import type * as z from 'zod-for-requests';
import type { Operation } from '../plugin/index.ts';
import type { GatewayReply } from './http.ts';
import { replyJson } from './reply-json.ts';
import type { RouteCall } from './route.ts';
import type { GatewayServices } from './services.ts';
import { admitToModel } from './steps/admission.ts';
import { callModel } from './steps/call-model.ts';
import { decide } from './steps/decide.ts';
import { estimateTokens } from './steps/estimate-tokens.ts';
import { findModel } from './steps/find-model.ts';
import type { IntentFacts } from './steps/records.ts';
import { replyStream } from './stream/reply-stream.ts';

/** A route that has a model produce something. */
export interface GenerationRoute {
  readonly path: string;
  readonly operation: Operation;
  readonly schema: z.ZodType;
}

/**
 * The one way of a request to a model and back. Every step either goes on or throws the error that the caller gets;
 * nothing is called before its intent is recorded, and every call is settled, however it ends.
 */
export async function generate(
  call: RouteCall,
  route: GenerationRoute,
  services: GatewayServices,
): Promise<GatewayReply> {
  const { exchange, principal, body } = call;
  const alias = String(body.model);
  findModel(alias, route.operation, services.models, principal.allowedModels);
  services.prepare(alias);
  const user = body.safety_identifier ?? body.user;
  const endUser = typeof user === 'string' ? { endUser: user } : {};
  const use = { alias, operation: route.operation, route: `POST ${route.path}`, ...endUser };
  const { policyIds, allowTarget } = await decide(call, use, services);
  const cost = { tokens: estimateTokens(body), model: alias, ...endUser };
  const bodyBytes = Buffer.byteLength(exchange.request.body);
  const request = { alias, operation: route.operation, body, bodyBytes };
  const admission = await admitToModel(call, cost, { request, ...endUser }, services);
  const intent: IntentFacts = {
    principal,
    route: `POST ${route.path}`,
    alias,
    stream: body.stream === true,
    ...endUser,
    ...(policyIds.length > 0 && { policyIds }),
    ...(exchange.admission && { admission: exchange.admission }),
    ...(admission.holds.length > 0 && { holds: admission.holds }),
  };
  try {
    await services.records.intent(exchange, intent);
  } catch (error) {
    admission.release();
    throw error;
  }
  const context = {
    exchange,
    intent,
    operation: route.operation,
    body,
    admission,
    ...(allowTarget && { allowTarget }),
    services,
  };
  return intent.stream
    ? replyStream(context, callModel(context, 'stream'))
    : replyJson(context, await callModel(context, 'json'));
}
