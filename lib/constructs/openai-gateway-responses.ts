import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';

interface ErrorResponse {
  readonly type: ResponseType;
  /** @default - the status that API Gateway gives the case */
  readonly status?: number;
  /** A sentence, or undefined to pass on API Gateway's own. */
  readonly message?: string;
  readonly errorType: 'invalid_request_error' | 'rate_limit_error' | 'server_error';
  readonly code: string | null;
  /** Seconds that the caller should wait. @default - no Retry-After */
  readonly retryAfterSeconds?: number;
}

/**
 * What API Gateway answers by itself, before or instead of the function.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
const responses: readonly ErrorResponse[] = [
  { type: ResponseType.DEFAULT_4XX, errorType: 'invalid_request_error', code: null },
  { type: ResponseType.DEFAULT_5XX, errorType: 'server_error', code: null },
  {
    type: ResponseType.REQUEST_TOO_LARGE,
    status: 413,
    message: 'The request body is larger than this API accepts.',
    errorType: 'invalid_request_error',
    code: 'request_too_large',
  },
  {
    // API Gateway's words for a path that it does not serve are "Missing Authentication Token".
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: 404,
    message: 'There is no such URL in this API.',
    errorType: 'invalid_request_error',
    code: 'not_found',
  },
  {
    type: ResponseType.THROTTLED,
    status: 429,
    message: 'This API receives too many requests. Please try again shortly.',
    errorType: 'rate_limit_error',
    code: 'rate_limit_exceeded',
    retryAfterSeconds: 1,
  },
  {
    type: ResponseType.INTEGRATION_TIMEOUT,
    status: 504,
    message: 'The request took longer than this API allows.',
    errorType: 'server_error',
    code: 'timeout',
  },
  {
    type: ResponseType.INTEGRATION_FAILURE,
    status: 502,
    message: 'The API failed to answer the request.',
    errorType: 'server_error',
    code: 'internal_error',
  },
];

/** Gives the errors that come from API Gateway itself the shape that OpenAI's clients read. */
export function addOpenAiGatewayResponses(api: RestApi): void {
  for (const response of responses) {
    api.addGatewayResponse(response.type.responseType, {
      type: response.type,
      ...(response.status !== undefined && { statusCode: String(response.status) }),
      responseHeaders: {
        'x-request-id': 'context.requestId',
        ...(response.retryAfterSeconds !== undefined && { 'retry-after': `'${response.retryAfterSeconds}'` }),
      },
      templates: { 'application/json': renderTemplate(response) },
    });
  }
}

/** The four keys are always there. `messageString` comes quoted from API Gateway, so it stands without quotes. */
function renderTemplate({ message, errorType, code }: ErrorResponse): string {
  const text = message === undefined ? '$context.error.messageString' : JSON.stringify(message);
  return `{"error":{"message":${text},"type":"${errorType}","param":null,"code":${JSON.stringify(code)}}}`;
}
