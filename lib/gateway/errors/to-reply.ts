import { describeError, log } from '../../telemetry/index.ts';
import type { Exchange } from '../exchange.ts';
import { type GatewayReply, jsonReply } from '../http.ts';
import { replyHeaders } from '../reply-headers.ts';
import { ApiError } from './api-error.ts';

/** What is thrown anywhere in the gateway becomes what the caller is told, here and nowhere else. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(
    500,
    'The server failed to handle the request. Try again; if it persists, quote the request id.',
    {
      code: 'internal_error',
      shouldRetry: true,
      cause: error,
    },
  );
}

export function toErrorReply(thrown: unknown, exchange: Exchange): GatewayReply {
  const error = toApiError(thrown);
  if (error.status >= 500) {
    log.error('request failed', {
      requestId: exchange.requestId,
      code: error.code,
      ...describeError(error.cause ?? error),
    });
  }
  const headers = replyHeaders(exchange);
  headers['x-should-retry'] = String(error.shouldRetry);
  if (error.retryAfterMs !== undefined) {
    headers['retry-after'] = String(Math.max(1, Math.ceil(error.retryAfterMs / 1_000)));
    headers['retry-after-ms'] = String(Math.ceil(error.retryAfterMs));
  }
  if (error.status === 401) headers['www-authenticate'] = 'Bearer';
  return jsonReply(error.status, error.body, headers);
}
