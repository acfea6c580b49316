import { UpstreamError } from '../../../plugin/index.ts';

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'host name not resolved',
  ETIMEDOUT: 'connection timed out',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
};

/**
 * Names what went wrong with a connection. Only the error's code is passed on: its message holds addresses.
 *
 * @param answerBegan true once the head of an answer was read.
 */
export function errorFromConnection(error: Error, providerName: string, answerBegan: boolean): UpstreamError {
  if (error instanceof UpstreamError) return error;
  const code = errorCode(error);
  if (code.startsWith('HPE_')) {
    return new UpstreamError('malformed', `${providerName}: the answer is not valid HTTP (${code})`);
  }
  const reason = reasons[code] ?? `connection failed (${code})`;
  if (answerBegan) return new UpstreamError('cut', `${providerName}: ${reason} in mid-answer`);
  return new UpstreamError('network', `${providerName}: ${reason}`);
}

function errorCode(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code;
  // A host with several addresses fails with one error for each.
  if (error instanceof AggregateError) {
    const first: unknown = error.errors[0];
    if (first instanceof Error) return errorCode(first);
  }
  return 'unknown';
}
