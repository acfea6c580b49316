import type { Exchange } from './exchange.ts';
import { type GatewayReply, jsonReply } from './http.ts';
import { replyHeaders } from './reply-headers.ts';
import type { GatewayServices } from './services.ts';
import { admit } from './steps/admit.ts';
import { authenticate } from './steps/authenticate.ts';
import { unknownModel } from './steps/find-model.ts';

/** `GET /v1/models`: the names that requests may use. */
export async function listModels(exchange: Exchange, services: GatewayServices): Promise<GatewayReply> {
  await admit(exchange, await authenticate(exchange, services), 0, services);
  const data = Object.keys(services.models).map(describeModel);
  return jsonReply(200, { object: 'list', data }, replyHeaders(exchange));
}

/** `GET /v1/models/{model}`. */
export async function retrieveModel(
  exchange: Exchange,
  alias: string,
  services: GatewayServices,
): Promise<GatewayReply> {
  await admit(exchange, await authenticate(exchange, services), 0, services);
  if (!Object.hasOwn(services.models, alias)) throw unknownModel(alias);
  return jsonReply(200, describeModel(alias), replyHeaders(exchange));
}

function describeModel(id: string) {
  return { id, object: 'model', created: 0, owned_by: 'openclaw' };
}
