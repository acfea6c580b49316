import * as z from 'zod';
import type { Route } from './route.ts';
import { completionUsage } from './schemas/chat-completion-response.ts';
import { errorResponse } from './schemas/error.ts';
import type { Schema } from './schemas/validate.ts';

const failures: Readonly<Record<number, string>> = {
  400: 'The request is not valid; `param` names the parameter.',
  401: 'The API key is missing or not valid.',
  403: 'The caller may not do this.',
  404: 'There is no such thing, or not for this caller.',
  409: 'It conflicts with what is there, or with a request of the same idempotency key.',
  413: 'The body is too large.',
  429: 'A limit or a budget is used up; `Retry-After` says when to try again.',
  502: 'The model provider failed.',
  503: 'The request could not be recorded, or no target of the model is available.',
  504: 'The model provider did not answer in time.',
};

/** The OpenAPI 3.1 document of the gateway, from the very routes and schemas that serve requests. */
export function describeApi(routes: readonly Route[]) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: describeRoute(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'OpenClaw',
      version: '1',
      description: 'An OpenAI-compatible API over self-hosted and hosted models.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ apiKey: [] }],
    paths,
    components: {
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: `oc_…`.' } },
      schemas: describeSchemas(routes),
    },
  };
}

function describeRoute(route: Route) {
  const parameters = [...pathParameters(route), ...queryParameters(route)];
  const { status, description, schema, stream } = route.response;
  return {
    operationId: route.operationId,
    summary: route.summary,
    ...(route.access === 'anyone' ? { security: [] } : { 'x-openclaw-access': route.access }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && { requestBody: { required: true, content: json(route.body) } }),
    responses: {
      [status]: {
        description,
        content: { ...json(schema), ...(stream && { 'text/event-stream': { schema: reference(stream) } }) },
      },
      ...errors(route),
    },
  };
}

function pathParameters({ path }: Route) {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters({ query }: Route) {
  if (!query) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: 'input' });
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

function errors(route: Route) {
  const statuses = new Set(route.errors);
  if (route.access !== 'anyone') for (const status of [401, 429]) statuses.add(status);
  if (route.access !== 'anyone' && route.access !== 'caller') statuses.add(403);
  if (route.body || route.query) statuses.add(400);
  return Object.fromEntries(
    [...statuses].map((status) => [
      status,
      { description: failures[status] ?? 'It failed.', content: json(errorResponse) },
    ]),
  );
}

function reference(schema: Schema) {
  return { $ref: `#/components/schemas/${schemaId(schema)}` };
}

function json(schema: Schema | undefined) {
  return { 'application/json': { schema: schema ? reference(schema) : {} } };
}

function schemaId(schema: Schema): string {
  const id = z.globalRegistry.get(schema)?.id;
  if (id === undefined) throw new Error('a schema of a route has no id in its meta');
  return id;
}

function describeSchemas(routes: readonly Route[]) {
  const registry = z.registry<{ id: string }>();
  const used = routes.flatMap(({ body, response }) => [body, response.schema, response.stream]);
  const schemas = [...used, completionUsage, errorResponse].filter((schema) => schema !== undefined);
  for (const schema of new Set(schemas)) registry.add(schema, { id: schemaId(schema) });
  return z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}` }).schemas;
}
