import { ServiceError } from './service-error.ts';

/** What AWS calls it when one is to ask more slowly. https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
const throttling = new Set([
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);
const transientNames = new Set(['RequestTimeout', 'RequestTimeoutException', 'InternalServerError']);
const transientStatuses = new Set([429, 500, 502, 503, 504]);
const transientCodes = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

const FIRST_DELAY_MS = 50;
const FIRST_THROTTLED_DELAY_MS = 500;
const LONGEST_DELAY_MS = 20_000;

/** True for a failure that may be none the next time. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ServiceError) {
    return isThrottling(error) || transientNames.has(error.name) || transientStatuses.has(error.status);
  }
  return error instanceof Error && 'code' in error && transientCodes.has(String(error.code));
}

/**
 * How long to wait before the next attempt, in milliseconds: exponential, with full jitter, so that those who failed
 * together do not return together.
 *
 * @param attempts - made so far
 */
export function delayBeforeRetryMs(attempts: number, error: unknown): number {
  const firstMs = isThrottling(error) ? FIRST_THROTTLED_DELAY_MS : FIRST_DELAY_MS;
  return Math.random() * Math.min(LONGEST_DELAY_MS, firstMs * 2 ** (attempts - 1));
}

function isThrottling(error: unknown): boolean {
  return error instanceof ServiceError && throttling.has(error.name);
}
