import type { IncomingMessage } from 'node:http';
import type { RequestIds } from './request-ids.ts';
import type { GatewayResponseDefinition, RestApiDefinition } from './rest-api-definition.ts';

/** What API Gateway answers by itself: a status, headers as name and value in turn, and a body. */
export interface GatewayResponse {
  readonly statusCode: number;
  readonly headers: readonly string[];
  readonly body: string;
}

/** What happened, in API Gateway's own words. */
export interface GatewayCase {
  readonly responseType: string;
  readonly statusCode: number;
  readonly message: string;
  /** The value of `x-amzn-ErrorType`. */
  readonly errorType: string;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html */
export const gatewayCases = {
  unknownRoute: {
    responseType: 'MISSING_AUTHENTICATION_TOKEN',
    statusCode: 403,
    message: 'Missing Authentication Token',
    errorType: 'MissingAuthenticationTokenException',
  },
  requestTooLarge: {
    responseType: 'REQUEST_TOO_LARGE',
    statusCode: 413,
    message: 'Request Too Long',
    errorType: 'RequestTooLargeException',
  },
  noFunction: {
    responseType: 'API_CONFIGURATION_ERROR',
    statusCode: 500,
    message: 'Internal server error',
    errorType: 'InternalServerErrorException',
  },
  functionFailed: {
    responseType: 'INTEGRATION_FAILURE',
    statusCode: 502,
    message: 'Internal server error',
    errorType: 'InternalServerErrorException',
  },
  timedOut: {
    responseType: 'INTEGRATION_TIMEOUT',
    statusCode: 504,
    message: 'Endpoint request timed out',
    errorType: 'GatewayTimeoutException',
  },
} as const satisfies Record<string, GatewayCase>;

/** Fills in the API's own response for a case, the default one of its class, or API Gateway's. */
export function gatewayResponse(
  definition: RestApiDefinition,
  happened: GatewayCase,
  request: IncomingMessage,
  path: string,
  ids: RequestIds,
): GatewayResponse {
  const { responseType, message } = happened;
  const response = findResponse(definition.gatewayResponses, happened);
  const variables: Record<string, string> = {
    'context.error.message': message,
    'context.error.messageString': JSON.stringify(message),
    'context.error.responseType': responseType,
    'context.requestId': ids.requestId,
    'context.extendedRequestId': ids.extendedRequestId,
    'context.requestTimeEpoch': String(ids.timeMs),
    'context.httpMethod': request.method ?? '',
    'context.path': path,
    'context.protocol': `HTTP/${request.httpVersion}`,
    'context.stage': definition.stageName,
    'context.apiId': definition.apiId,
    'context.accountId': definition.accountId,
  };
  const [contentType, template] = chooseTemplate(response);
  const headers = ['x-amzn-ErrorType', happened.errorType];
  for (const [name, expression] of Object.entries(response?.headers ?? {})) {
    headers.push(name, headerValue(expression, variables, request));
  }
  if (!headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-type')) {
    headers.push('Content-Type', contentType);
  }
  return {
    statusCode: response?.statusCode ?? happened.statusCode,
    headers,
    body: template.replace(/\$(context(?:\.\w+)+)/g, (text, name: string) => variables[name] ?? text),
  };
}

function findResponse(responses: readonly GatewayResponseDefinition[], happened: GatewayCase) {
  const defaultType = happened.statusCode < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX';
  return (
    responses.find(({ responseType }) => responseType === happened.responseType) ??
    responses.find(({ responseType }) => responseType === defaultType)
  );
}

const JSON_TYPE = 'application/json';

/** API Gateway's own body stands in for a response that declares none. */
function chooseTemplate(
  response: GatewayResponseDefinition | undefined,
): readonly [contentType: string, template: string] {
  const templates = response?.templates ?? {};
  const json = templates[JSON_TYPE];
  if (json !== undefined) return [JSON_TYPE, json];
  return Object.entries(templates)[0] ?? [JSON_TYPE, '{"message":$context.error.messageString}'];
}

/** `'text'`, `context.…` or `method.request.header.…`; anything else stands for itself. */
function headerValue(
  expression: string,
  variables: Readonly<Record<string, string>>,
  request: IncomingMessage,
): string {
  const literal = /^'(.*)'$/s.exec(expression)?.[1];
  if (literal !== undefined) return literal;
  const requestHeader = /^method\.request\.header\.(.+)$/.exec(expression)?.[1];
  if (requestHeader !== undefined) return String(request.headers[requestHeader.toLowerCase()] ?? '');
  return variables[expression] ?? expression;
}
