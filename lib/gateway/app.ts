import { Hono } from 'hono';
import { ApiError } from './errors/api-error.ts';
import { toErrorResponse } from './errors/to-response.ts';
import type { Exchange, RequestOrigin } from './exchange.ts';
import { type GenerationRoute, generate } from './generate.ts';
import { listModels, retrieveModel } from './list-models.ts';
import { openExchange } from './open-exchange.ts';
import { replyHeaders } from './reply-headers.ts';
import { generationRoutes } from './routes.ts';
import type { GatewayServices } from './services.ts';

type Environment = { Bindings: RequestOrigin; Variables: { exchange: Exchange } };

/** The gateway: a request in, a response out. It knows neither Lambda nor a server. */
export interface Gateway {
  /** Never throws: every failure is a response in OpenAI's error format. */
  handle(request: Request, origin: RequestOrigin): Promise<Response>;
}

/** Puts the routes together. */
export function createGateway(services: GatewayServices): Gateway {
  const app = new Hono<Environment>();
  app.use(async (context, next) => {
    context.set('exchange', openExchange(context.req.raw, context.env));
    await next();
  });
  app.onError((error, context) => toErrorResponse(error, context.get('exchange')));
  app.notFound((context) =>
    toErrorResponse(unknownUrl(context.req.method, context.req.path), context.get('exchange')),
  );

  app.get('/healthz', (context) =>
    Response.json({ status: 'ok' }, { headers: replyHeaders(context.get('exchange')) }),
  );
  app.get('/openapi.json', async (context) => {
    const { describeApi } = await import('./openapi.ts');
    return Response.json(describeApi(), { headers: replyHeaders(context.get('exchange')) });
  });
  app.get('/v1/models', (context) => listModels(context.get('exchange'), services));
  // Names may contain slashes, which the openai client encodes and others do not.
  app.get('/v1/models/:model{.+}', (context) =>
    retrieveModel(context.get('exchange'), context.req.param('model'), services),
  );
  for (const route of generationRoutes) addGenerationRoute(app, route, services);

  return { handle: async (request, origin) => app.fetch(request, origin) };
}

function addGenerationRoute(app: Hono<Environment>, route: GenerationRoute, services: GatewayServices): void {
  app.post(route.path, (context) => generate(context.get('exchange'), route, services));
  app.all(route.path, (context) => {
    throw new ApiError(405, `${route.path} takes POST, not ${context.req.method}.`, {
      code: 'method_not_allowed',
    });
  });
}

function unknownUrl(method: string, path: string): ApiError {
  return new ApiError(404, `There is no ${method} ${path}. GET /openapi.json lists what there is.`, {
    code: 'unknown_url',
  });
}
