import { dispatch } from './dispatch.ts';
import { ApiError } from './errors/api-error.ts';
import { toErrorReply } from './errors/to-reply.ts';
import type { RequestOrigin } from './exchange.ts';
import type { GatewayReply, GatewayRequest } from './http.ts';
import { openExchange } from './open-exchange.ts';
import { type FoundRoute, RouteTable } from './route-table.ts';
import { coreRoutes } from './routes.ts';
import type { GatewayServices } from './services.ts';

/** The gateway: a request in, a reply out. */
export interface Gateway {
  /** Never throws: every failure is a reply in OpenAI's error format. */
  handle(request: GatewayRequest, origin: RequestOrigin): Promise<GatewayReply>;
}

/** Puts the routes together. */
export function createGateway(services: GatewayServices): Gateway {
  const core = new RouteTable(coreRoutes(services));
  let administration: Promise<RouteTable> | undefined;
  return {
    async handle(request, origin) {
      const exchange = openExchange(request, origin);
      try {
        let found = core.find(request);
        if (!found && !core.knows(request)) {
          // Few requests administer: their routes are loaded with the first that is not for a model.
          administration ??= services.adminRoutes().then((routes) => new RouteTable(routes));
          found = (await administration).find(request) ?? refuse(request, await administration);
        }
        return await dispatch(exchange, found ?? refuse(request, core), services);
      } catch (thrown) {
        return toErrorReply(thrown, exchange);
      }
    },
  };
}

function refuse({ method, path }: GatewayRequest, table: RouteTable): FoundRoute {
  const methods = table.methodsOf(path);
  if (methods.length > 0) {
    throw new ApiError(405, `${path} takes ${methods.join(' and ')}, not ${method}.`, {
      code: 'method_not_allowed',
    });
  }
  throw new ApiError(404, `There is no ${method} ${path}. GET /openapi.json lists what there is.`, {
    code: 'unknown_url',
  });
}
