import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { RequestIds } from './request-ids.ts';
import type { RestApiDefinition } from './rest-api-definition.ts';
import type { RouteMatch } from './router.ts';

/** A request that API Gateway is about to hand to a function. */
export interface ProxyRequest {
  readonly request: IncomingMessage;
  /** As it stands in the request, without the query. */
  readonly path: string;
  /** Without its question mark. */
  readonly query: string;
  readonly body: Buffer;
  readonly match: RouteMatch;
  readonly ids: RequestIds;
}

/** These end at API Gateway. RFC 9110, section 7.6.1, and `Expect`, which it answers itself. */
const hopByHop = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** API Gateway says these itself, whatever the caller says. */
const ownHeaders = new Set(['x-amzn-trace-id', 'x-forwarded-port', 'x-forwarded-proto']);

/**
 * The event of a Lambda proxy integration, as a function behind a custom domain without base path gets it.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
 */
export function createProxyEvent(definition: RestApiDefinition, proxied: ProxyRequest): APIGatewayProxyEvent {
  const { request, path, query, match } = proxied;
  const { headers, multiValueHeaders } = eventHeaders(request, proxied.ids);
  const { queryStringParameters, multiValueQueryStringParameters } = eventQuery(query);
  return {
    resource: match.route.resourcePath,
    path,
    httpMethod: request.method ?? 'GET',
    headers,
    multiValueHeaders,
    queryStringParameters,
    multiValueQueryStringParameters,
    pathParameters: match.pathParameters,
    stageVariables: null,
    requestContext: requestContext(definition, proxied),
    ...eventBody(proxied.body, request.headers['content-type'], definition.binaryMediaTypes),
  };
}

/** The caller's address, IPv4 in its own form. */
export function sourceIp(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

/** Collects names and values, all of them and the last of each. The names come from the caller and may be any. */
class MultiValues {
  readonly #values = new Map<string, string[]>();

  add(name: string, value: string): void {
    const values = this.#values.get(name);
    if (values) values.push(value);
    else this.#values.set(name, [value]);
  }

  all(): Record<string, string[]> {
    return Object.fromEntries(this.#values);
  }

  last(): Record<string, string> {
    const last = new Map<string, string>();
    for (const [name, values] of this.#values) last.set(name, values.at(-1) ?? '');
    return Object.fromEntries(last);
  }
}

function eventHeaders(request: IncomingMessage, ids: RequestIds) {
  const values = new MultiValues();
  const { rawHeaders } = request;
  const dropped = connectionOptions(request);
  const passes = (name: string) => !hopByHop.has(name) && !ownHeaders.has(name) && !dropped.includes(name);
  const forwardedFor: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const value = rawHeaders[i + 1] ?? '';
    const lowerCase = name.toLowerCase();
    if (lowerCase === 'x-forwarded-for') forwardedFor.push(value);
    else if (passes(lowerCase)) values.add(name, value);
  }
  values.add('X-Amzn-Trace-Id', ids.traceId);
  values.add('X-Forwarded-For', [...forwardedFor, sourceIp(request)].join(', '));
  values.add('X-Forwarded-Port', String(request.socket.localPort ?? ''));
  values.add('X-Forwarded-Proto', 'http');
  return { headers: values.last(), multiValueHeaders: values.all() };
}

/** The headers that `Connection` names end here too. */
function connectionOptions(request: IncomingMessage): readonly string[] {
  const { connection } = request.headers;
  if (!connection || connection === 'keep-alive' || connection === 'close') return [];
  return connection.split(',').map((name) => name.trim().toLowerCase());
}

function eventQuery(query: string) {
  if (query === '') return { queryStringParameters: null, multiValueQueryStringParameters: null };
  const values = new MultiValues();
  for (const [name, value] of new URLSearchParams(query)) values.add(name, value);
  return { queryStringParameters: values.last(), multiValueQueryStringParameters: values.all() };
}

function eventBody(body: Buffer, contentType: string | undefined, binaryMediaTypes: readonly string[]) {
  if (body.length === 0) return { body: null, isBase64Encoded: false };
  const isBase64Encoded = isBinary(contentType, binaryMediaTypes) || !isUtf8(body);
  return { body: body.toString(isBase64Encoded ? 'base64' : 'utf8'), isBase64Encoded };
}

function isBinary(contentType: string | undefined, binaryMediaTypes: readonly string[]): boolean {
  if (binaryMediaTypes.length === 0) return false;
  if (binaryMediaTypes.includes('*/*')) return true;
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  return mediaType !== undefined && binaryMediaTypes.some((type) => type.toLowerCase() === mediaType);
}

function requestContext(definition: RestApiDefinition, { request, path, match, ids }: ProxyRequest) {
  const domainName = (request.headers.host ?? 'localhost').replace(/:\d+$/, '');
  const { resourcePath } = match.route;
  return {
    accountId: definition.accountId,
    apiId: definition.apiId,
    // Absent from a request without an authorizer, though the type asks for it.
    authorizer: undefined,
    domainName,
    domainPrefix: domainName.split('.', 1)[0],
    extendedRequestId: ids.extendedRequestId,
    httpMethod: request.method ?? 'GET',
    identity: {
      accessKey: null,
      accountId: null,
      apiKey: null,
      apiKeyId: null,
      caller: null,
      clientCert: null,
      cognitoAuthenticationProvider: null,
      cognitoAuthenticationType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      principalOrgId: null,
      sourceIp: sourceIp(request),
      user: null,
      userAgent: request.headers['user-agent'] ?? null,
      userArn: null,
    },
    path,
    protocol: `HTTP/${request.httpVersion}`,
    requestId: ids.requestId,
    requestTime: commonLogTime(ids.timeMs),
    requestTimeEpoch: ids.timeMs,
    resourceId: resourceId(resourcePath),
    resourcePath,
    stage: definition.stageName,
  };
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `09/Apr/2026:12:34:56 +0000` */
function commonLogTime(timeMs: number): string {
  const time = new Date(timeMs).toISOString();
  return `${time.slice(8, 10)}/${months[Number(time.slice(5, 7)) - 1]}/${time.slice(0, 4)}:${time.slice(11, 19)} +0000`;
}

const resourceIds = new Map<string, string>();

/** Six letters and digits that stay the same for a resource. */
function resourceId(resourcePath: string): string {
  let id = resourceIds.get(resourcePath);
  if (id === undefined) {
    id = BigInt(`0x${createHash('sha256').update(resourcePath).digest('hex')}`)
      .toString(36)
      .slice(0, 6);
    resourceIds.set(resourcePath, id);
  }
  return id;
}
