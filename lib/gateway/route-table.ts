import { TrieRouter } from 'hono/router/trie-router';
import type { GatewayRequest } from './http.ts';
import type { Route } from './route.ts';

export interface FoundRoute {
  readonly route: Route;
  /** The named parts of the path, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
}

const methods = ['GET', 'POST', 'DELETE'] as const;

/** Finds the route of a request. */
export class RouteTable {
  readonly #router = new TrieRouter<Route>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) this.#router.add(route.method, toPattern(route), route);
  }

  find({ method, path }: Pick<GatewayRequest, 'method' | 'path'>): FoundRoute | undefined {
    const [[found]] = this.#router.match(method, path);
    if (!found) return undefined;
    const [route, named] = found;
    const parameters: Record<string, string> = {};
    for (const [name, value] of Object.entries(named)) parameters[name] = decode(String(value));
    return { route, parameters };
  }

  /** True where the path is one of these routes', whatever the method. */
  knows({ path }: Pick<GatewayRequest, 'path'>): boolean {
    return this.methodsOf(path).length > 0;
  }

  /** The methods that a path takes. */
  methodsOf(path: string): readonly string[] {
    return methods.filter((method) => this.#router.match(method, path)[0].length > 0);
  }
}

function toPattern({ path, slashesInLastPart = false }: Route): string {
  const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1');
  return slashesInLastPart ? `${pattern}{.+}` : pattern;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
