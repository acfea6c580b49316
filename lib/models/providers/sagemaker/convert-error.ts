import { UpstreamError, type UpstreamErrorClass } from '../../../plugin/index.ts';
import { readRetryAfterMs } from '../openai/retry-after.ts';
import { errorFromAnswer } from '../openai/upstream-answer-error.ts';
import { errorFromContainer, errorFromService } from './error-from-service.ts';
import type { SdkExchange } from './sdk-exchange.ts';

/**
 * Names of SageMaker's errors whose status does not tell what they are.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html#API_runtime_InvokeEndpoint_Errors
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/CommonErrors.html
 */
const classOfName: Readonly<Record<string, UpstreamErrorClass>> = {
  AccessDenied: 'authentication',
  AccessDeniedException: 'authentication',
  ExpiredToken: 'authentication',
  ExpiredTokenException: 'authentication',
  IncompleteSignature: 'authentication',
  InvalidClientTokenId: 'authentication',
  InvalidSignatureException: 'authentication',
  MissingAuthenticationToken: 'authentication',
  MissingAuthenticationTokenException: 'authentication',
  NotAuthorized: 'authentication',
  OptInRequired: 'authentication',
  RequestExpired: 'authentication',
  SignatureDoesNotMatch: 'authentication',
  UnrecognizedClientException: 'authentication',
  Throttling: 'rate_limit',
  ThrottlingException: 'rate_limit',
  TooManyRequestsException: 'rate_limit',
  // Its status is 429, but it is the model that is still being loaded.
  ModelNotReadyException: 'server',
  ServiceUnavailable: 'server',
  InternalFailure: 'server',
  InternalDependencyException: 'server',
  InternalStreamFailure: 'server',
};

/** Turns whatever the AWS SDK throws, for a call or inside its stream, into an `UpstreamError`. */
export function convertError(error: unknown, exchange: SdkExchange, providerName: string): UpstreamError {
  if (error instanceof UpstreamError) return error;
  if (exchange.failure) return exchange.failure;
  const { head } = exchange;
  if (!(error instanceof Error) || head === undefined) {
    // The cause may quote the configuration.
    return new UpstreamError('network', `${providerName}: the request could not be formed`);
  }
  if (error.name === 'ModelError') return fromModelError(error, providerName);
  if (error.name === 'ModelStreamError') return fromStreamError(error, providerName);
  const retryAfterMs = readRetryAfterMs(head.headers, Date.now());
  const refused = head.status >= 300;
  const named = classOfName[error.name];
  if (!refused && named === undefined) return unreadable(error, providerName);
  return errorFromService({
    providerName,
    message: error.message,
    otherwise: named ?? errorFromAnswer({ providerName, status: head.status, body: undefined }).errorClass,
    ...(refused ? { status: head.status } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function fromModelError(error: Error, providerName: string): UpstreamError {
  const status = 'OriginalStatusCode' in error ? Number(error.OriginalStatusCode) : Number.NaN;
  const text = 'OriginalMessage' in error ? error.OriginalMessage : undefined;
  if (Number.isNaN(status) || typeof text !== 'string') {
    return errorFromService({ providerName, message: error.message, otherwise: 'server' });
  }
  return errorFromContainer(providerName, status, text);
}

function fromStreamError(error: Error, providerName: string): UpstreamError {
  if ('ErrorCode' in error && error.ErrorCode === 'ModelInvocationTimeExceeded') {
    return new UpstreamError('timeout', `${providerName}: the stream exceeded SageMaker's time`);
  }
  return new UpstreamError('cut', `${providerName}: the model's stream broke`);
}

function unreadable(error: Error, providerName: string): UpstreamError {
  if (/^Truncated event message/.test(error.message)) {
    return new UpstreamError('cut', `${providerName}: the stream ended before the answer did`);
  }
  return new UpstreamError('malformed', `${providerName}: the answer cannot be read`);
}
