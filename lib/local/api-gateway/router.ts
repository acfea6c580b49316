import type { RestApiRoute } from './rest-api-definition.ts';

/** A request's route, and what its path says of the resource's parameters. */
export interface RouteMatch {
  readonly route: RestApiRoute;
  /** Decoded; null where the resource has no parameter. */
  readonly pathParameters: Readonly<Record<string, string>> | null;
}

interface Resource {
  readonly literals: Map<string, Resource>;
  parameter?: { readonly name: string; readonly resource: Resource };
  /** `{name+}`: takes the whole rest of the path, at least one segment. */
  greedy?: { readonly name: string; readonly resource: Resource };
  readonly methods: Map<string, RestApiRoute>;
}

type Parameters = readonly (readonly [name: string, value: string])[];

/**
 * Finds the resource of a path as REST APIs do: a literal segment before `{parameter}` before `{proxy+}`. Within the
 * resource, its own method comes before `ANY`. A method that the resource lacks is looked for nowhere else.
 */
export class Router {
  readonly #root: Resource = newResource();

  constructor(routes: readonly RestApiRoute[]) {
    for (const route of routes) this.#resource(route.resourcePath).methods.set(route.httpMethod, route);
  }

  /** @param path - as it stands in the request, without the query */
  match(method: string, path: string): RouteMatch | undefined {
    const found = path.startsWith('/') ? find(this.#root, segments(path), 0, []) : undefined;
    const route = found?.resource.methods.get(method) ?? found?.resource.methods.get('ANY');
    if (!found || !route) return undefined;
    const { parameters } = found;
    return { route, pathParameters: parameters.length > 0 ? Object.fromEntries(parameters) : null };
  }

  #resource(path: string): Resource {
    let resource = this.#root;
    for (const segment of segments(path)) resource = child(resource, segment);
    return resource;
  }
}

function newResource(): Resource {
  return { literals: new Map(), methods: new Map() };
}

function child(parent: Resource, segment: string): Resource {
  const [, name, plus] = /^\{([^}+]+)(\+?)\}$/.exec(segment) ?? [];
  if (name === undefined) {
    const resource = parent.literals.get(segment) ?? newResource();
    parent.literals.set(segment, resource);
    return resource;
  }
  const kind = plus ? 'greedy' : 'parameter';
  parent[kind] ??= { name, resource: newResource() };
  return parent[kind].resource;
}

/** A trailing slash makes no other path. */
function segments(path: string): string[] {
  const parts = path.split('/').slice(1);
  if (parts.at(-1) === '') parts.pop();
  return parts;
}

function find(
  resource: Resource,
  path: readonly string[],
  position: number,
  parameters: Parameters,
): { resource: Resource; parameters: Parameters } | undefined {
  const segment = path[position];
  if (segment === undefined) return resource.methods.size > 0 ? { resource, parameters } : undefined;
  const { literals, parameter, greedy } = resource;
  const literal = literals.get(segment);
  const exact = literal && find(literal, path, position + 1, parameters);
  if (exact) return exact;
  if (parameter && segment !== '') {
    const named = [...parameters, [parameter.name, decode(segment)] as const];
    const matched = find(parameter.resource, path, position + 1, named);
    if (matched) return matched;
  }
  if (!greedy || greedy.resource.methods.size === 0) return undefined;
  const rest = decode(path.slice(position).join('/'));
  return { resource: greedy.resource, parameters: [...parameters, [greedy.name, rest]] };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray percent sign stands for itself.
    return text;
  }
}
