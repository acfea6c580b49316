import type { UpstreamError, UpstreamErrorClass } from '../../plugin/index.ts';
import { ApiError } from './api-error.ts';

interface Translation {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Failures that are the deployment's or its provider's, not the caller's. What the upstream said stays in our log. */
const translations: Partial<Record<UpstreamErrorClass, Translation>> = {
  authentication: {
    status: 502,
    code: 'upstream_authentication_failed',
    message: 'No key of the model provider was accepted. An administrator has to store a valid one.',
  },
  quota: {
    status: 502,
    code: 'upstream_quota_exhausted',
    message: 'The account at the model provider has no quota left. An administrator has to raise it.',
  },
  not_found: {
    status: 502,
    code: 'upstream_model_not_found',
    message:
      'The provider does not have the model that this name leads to. An administrator has to correct it.',
  },
  server: { status: 502, code: 'upstream_error', message: 'The model provider failed to answer.' },
  network: { status: 502, code: 'upstream_unreachable', message: 'The model provider could not be reached.' },
  malformed: {
    status: 502,
    code: 'upstream_malformed',
    message: 'The model provider sent an answer that cannot be read.',
  },
  cut: { status: 502, code: 'upstream_cut', message: 'The model provider broke off its answer.' },
  timeout: { status: 504, code: 'upstream_timeout', message: 'The model provider did not answer in time.' },
};

/** Turns the failure of a call into what the caller is told. */
export function fromUpstreamError(error: UpstreamError): ApiError {
  const { errorClass, detail, retryAfterMs } = error;
  switch (errorClass) {
    case 'invalid_request':
    case 'unsupported_parameter':
    case 'content_filter':
    case 'context_length':
      return new ApiError(callerStatus(error.status), detail?.message ?? error.message, {
        type: detail?.type ?? 'invalid_request_error',
        param: detail?.param ?? null,
        code: detail?.code ?? defaultCode(errorClass),
        shouldRetry: false,
        cause: error,
      });
    case 'rate_limit':
      return new ApiError(429, 'The model provider is limiting the rate of requests. Try again later.', {
        type: 'requests',
        code: 'rate_limit_exceeded',
        retryAfterMs: retryAfterMs ?? 1_000,
        cause: error,
      });
    case 'cancelled':
      // 499 is what proxies log for a caller who went away; no one reads this answer.
      return new ApiError(499, 'The caller closed the connection.', { code: 'cancelled', cause: error });
    default: {
      const translation = translations[errorClass] ?? {
        status: 502,
        code: 'upstream_error',
        message: error.message,
      };
      const status = retryAfterMs !== undefined && translation.status === 502 ? 503 : translation.status;
      return new ApiError(status, translation.message, {
        code: translation.code,
        ...(retryAfterMs === undefined ? { shouldRetry: false } : { retryAfterMs }),
        cause: error,
      });
    }
  }
}

function callerStatus(status: number | undefined): number {
  return status !== undefined && status >= 400 && status < 500 ? status : 400;
}

function defaultCode(errorClass: UpstreamErrorClass): string | null {
  if (errorClass === 'context_length') return 'context_length_exceeded';
  if (errorClass === 'content_filter') return 'content_filter';
  if (errorClass === 'unsupported_parameter') return 'unsupported_parameter';
  return null;
}
