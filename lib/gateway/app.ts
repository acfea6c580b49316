import { TrieRouter } from 'hono/router/trie-router';
import { ApiError } from './errors/api-error.ts';
import { toErrorReply } from './errors/to-reply.ts';
import type { Exchange, RequestOrigin } from './exchange.ts';
import { type GenerationRoute, generate } from './generate.ts';
import { type GatewayReply, type GatewayRequest, jsonReply } from './http.ts';
import { listModels, retrieveModel } from './list-models.ts';
import { openExchange } from './open-exchange.ts';
import { replyHeaders } from './reply-headers.ts';
import { generationRoutes } from './routes.ts';
import type { GatewayServices } from './services.ts';

/** The gateway: a request in, a reply out. */
export interface Gateway {
  /** Never throws: every failure is a reply in OpenAI's error format. */
  handle(request: GatewayRequest, origin: RequestOrigin): Promise<GatewayReply>;
}

type Handler = (
  exchange: Exchange,
  parameters: Readonly<Record<string, string>>,
) => Promise<GatewayReply> | GatewayReply;

/** Puts the routes together. */
export function createGateway(services: GatewayServices): Gateway {
  const router = new TrieRouter<Handler>();
  router.add('GET', '/healthz', (exchange) => jsonReply(200, { status: 'ok' }, replyHeaders(exchange)));
  router.add('GET', '/openapi.json', async (exchange) => {
    const { describeApi } = await import('./openapi.ts');
    return jsonReply(200, describeApi(), replyHeaders(exchange));
  });
  router.add('GET', '/v1/models', (exchange) => listModels(exchange, services));
  // Names may contain slashes, which the openai client encodes and others do not.
  router.add('GET', '/v1/models/:model{.+}', (exchange, { model = '' }) =>
    retrieveModel(exchange, decodeName(model), services),
  );
  for (const route of generationRoutes) addGenerationRoute(router, route, services);

  return {
    async handle(request, origin) {
      const exchange = openExchange(request, origin);
      try {
        const [handlers] = router.match(request.method, request.path);
        const [handler, parameters] = handlers[0] ?? [unknownUrl, {}];
        return await handler(exchange, parameters as Readonly<Record<string, string>>);
      } catch (thrown) {
        return toErrorReply(thrown, exchange);
      }
    },
  };
}

function addGenerationRoute(
  router: TrieRouter<Handler>,
  route: GenerationRoute,
  services: GatewayServices,
): void {
  router.add('POST', route.path, (exchange) => generate(exchange, route, services));
  router.add('ALL', route.path, ({ request }) => {
    throw new ApiError(405, `${route.path} takes POST, not ${request.method}.`, {
      code: 'method_not_allowed',
    });
  });
}

function unknownUrl({ request }: Exchange): never {
  throw new ApiError(
    404,
    `There is no ${request.method} ${request.path}. GET /openapi.json lists what there is.`,
    {
      code: 'unknown_url',
    },
  );
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
