import type { Exchange } from './exchange.ts';
import { replyHeaders } from './reply-headers.ts';
import type { GatewayServices } from './services.ts';
import { admit } from './steps/admit.ts';
import { authenticate } from './steps/authenticate.ts';
import { unknownModel } from './steps/find-model.ts';

/** `GET /v1/models`: the names that requests may use. */
export async function listModels(exchange: Exchange, services: GatewayServices): Promise<Response> {
  await admit(exchange, await authenticate(exchange, services), 0, services);
  const data = Object.keys(services.models).map(describeModel);
  return Response.json({ object: 'list', data }, { headers: replyHeaders(exchange) });
}

/** `GET /v1/models/{model}`. */
export async function retrieveModel(
  exchange: Exchange,
  alias: string,
  services: GatewayServices,
): Promise<Response> {
  await admit(exchange, await authenticate(exchange, services), 0, services);
  if (!Object.hasOwn(services.models, alias)) throw unknownModel(alias);
  return Response.json(describeModel(alias), { headers: replyHeaders(exchange) });
}

function describeModel(id: string) {
  return { id, object: 'model', created: 0, owned_by: 'openclaw' };
}
