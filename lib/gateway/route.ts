import type * as z from 'zod';
import type { JsonObject } from '../plugin/index.ts';
import type { Permission, Principal, Project, TenantSettings } from '../tenancy/index.ts';
import type { Exchange } from './exchange.ts';
import type { GatewayReply } from './http.ts';
import type { Schema } from './schemas/validate.ts';

/** A request that has come as far as its route: its caller is known and allowed, its parts are valid. */
export interface RouteCall {
  readonly exchange: Exchange;
  readonly principal: Principal;
  /** What the tenant in which the caller acts has set. */
  readonly settings: TenantSettings;
  /** The project that pays. Absent: the caller is in none. */
  readonly project?: Project;
  /** The parts of the path that the route names, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The query, each name once. */
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** The validated body; `{}` where the route takes none. */
  readonly body: JsonObject;
  /** Set where a reviewer has approved of the request: these guardrails are not asked again. */
  readonly approval?: { readonly guardrails: readonly string[] };
}

/** What a route answers with, for the API's description. */
export interface RouteResponse {
  readonly status: 200 | 201 | 202;
  readonly description: string;
  /** A schema with an id in its `meta`. Absent: any JSON. */
  readonly schema?: Schema;
  /** The schema of the events of a streamed answer, where there is one. */
  readonly stream?: Schema;
}

/** One route of the API: how it is reached, what it asks for, and who may. The API's description is made of these. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** As in OpenAPI: `/v1/models/{model}`. */
  readonly path: string;
  /** True where the last part of the path may contain slashes. */
  readonly slashesInLastPart?: boolean;
  /** The name of the operation, unique in the API, in camel case. */
  readonly operationId: string;
  readonly summary: string;
  /** The permission that a caller needs; `anyone` for a route that takes no key, `caller` for one that any key may use. */
  readonly access: Permission | 'anyone' | 'caller';
  /** Schema of the query; absent: the route takes none. */
  readonly query?: z.ZodObject;
  /** Schema of the JSON body of a POST. Absent: the route takes none. */
  readonly body?: Schema;
  /** True where it also works for a platform administrator who acts in the tenant `platform`. @default false */
  readonly inPlatform?: boolean;
  /** `model`: it has a model work, and does its own admission, to all limits. @default - it counts as one request */
  readonly costs?: 'model';
  readonly response: RouteResponse;
  /** Statuses of its failures beside those that every route of its kind has. */
  readonly errors?: readonly number[];
  /** Fails with an `ApiError` that the caller gets. */
  handle(call: RouteCall): Promise<GatewayReply>;
}
