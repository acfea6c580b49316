import { type GatewayReply, jsonReply } from './http.ts';
import { replyHeaders } from './reply-headers.ts';
import type { RouteCall } from './route.ts';
import type { GatewayServices } from './services.ts';
import { isAllowed, unknownModel } from './steps/find-model.ts';

/** `GET /v1/models`: the names that the caller may use. */
export function listModels({ exchange, principal }: RouteCall, { models }: GatewayServices): GatewayReply {
  const data = Object.keys(models)
    .filter((alias) => isAllowed(alias, principal.allowedModels))
    .map(describeModel);
  return jsonReply(200, { object: 'list', data }, replyHeaders(exchange));
}

/** `GET /v1/models/{model}`. */
export function retrieveModel(
  { exchange, principal, parameters }: RouteCall,
  { models }: GatewayServices,
): GatewayReply {
  const { model = '' } = parameters;
  if (!Object.hasOwn(models, model) || !isAllowed(model, principal.allowedModels)) throw unknownModel(model);
  return jsonReply(200, describeModel(model), replyHeaders(exchange));
}

function describeModel(id: string) {
  return { id, object: 'model', created: 0, owned_by: 'openclaw' };
}
