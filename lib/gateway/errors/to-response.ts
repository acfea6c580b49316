import { describeError, log } from '../../telemetry/index.ts';
import type { Exchange } from '../exchange.ts';
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

export function toErrorResponse(thrown: unknown, exchange: Exchange): Response {
  const error = toApiError(thrown);
  if (error.status >= 500)
    log.error('request failed', { requestId: exchange.requestId, ...describeError(error) });
  const headers = replyHeaders(exchange);
  headers['content-type'] = 'application/json';
  headers['x-should-retry'] = String(error.shouldRetry);
  if (error.retryAfterMs !== undefined) {
    headers['retry-after'] = String(Math.max(1, Math.ceil(error.retryAfterMs / 1_000)));
    headers['retry-after-ms'] = String(Math.ceil(error.retryAfterMs));
  }
  if (error.status === 401) headers['www-authenticate'] = 'Bearer';
  return new Response(JSON.stringify(error.body), { status: error.status, headers });
}
