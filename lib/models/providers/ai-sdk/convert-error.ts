import {
  APICallError,
  EmptyResponseBodyError,
  InvalidArgumentError,
  InvalidPromptError,
  InvalidResponseDataError,
  JSONParseError,
  LoadAPIKeyError,
  LoadSettingError,
  NoContentGeneratedError,
  NoSuchModelError,
  TypeValidationError,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider';
import { UpstreamError } from '../../../plugin/index.ts';
import { errorFromConnection } from '../openai/connection-error.ts';
import { errorFromAnswer } from '../openai/upstream-answer-error.ts';
import { isObject } from './json.ts';
import { readProviderError } from './read-provider-error.ts';
import { invalidRequest, unsupportedParameter } from './request-error.ts';

export interface ErrorContext {
  /** Begins every error message. */
  readonly providerName: string;
  /** Values that must not appear in an error, whatever the provider echoes. */
  readonly secrets: readonly string[];
  /** True once a part of the answer was read. */
  readonly answerBegan: boolean;
}

/** An error of the AI SDK says in its message what it found in the answer, which may be what the caller wrote. */
const unreadable = [
  EmptyResponseBodyError,
  InvalidResponseDataError,
  JSONParseError,
  NoContentGeneratedError,
  TypeValidationError,
];

/**
 * Turns whatever a model of the AI SDK throws, or sends as an error in its stream, into an `UpstreamError`. Errors of
 * the SDK are not kept as causes: they hold the whole request.
 */
export function convertError(error: unknown, context: ErrorContext): UpstreamError {
  const { providerName, answerBegan } = context;
  const ours = findCause(error, (cause) => cause instanceof UpstreamError);
  if (ours) return ours;
  if (APICallError.isInstance(error)) return fromApiCall(error, context);
  if (unreadable.some((kind) => kind.isInstance(error))) {
    return new UpstreamError('malformed', `${providerName}: the answer cannot be read`);
  }
  if (UnsupportedFunctionalityError.isInstance(error)) {
    return unsupportedParameter('messages', `the provider does not support ${error.functionality}.`);
  }
  if (InvalidPromptError.isInstance(error) || InvalidArgumentError.isInstance(error)) {
    return invalidRequest('messages', 'the provider cannot take this conversation.');
  }
  if (NoSuchModelError.isInstance(error)) {
    return new UpstreamError('not_found', `${providerName}: there is no such model`);
  }
  if (LoadAPIKeyError.isInstance(error) || LoadSettingError.isInstance(error)) {
    return new UpstreamError('authentication', `${providerName}: a key or setting is missing`);
  }
  if (!(error instanceof Error)) return fromStreamError(error, context);
  const connection = findCause(error, isSystemError);
  if (connection) return errorFromConnection(connection, providerName, answerBegan);
  if (/^AWS (?:SigV4|credential)/.test(error.message)) {
    return new UpstreamError('authentication', `${providerName}: there are no AWS credentials`);
  }
  if (answerBegan) return new UpstreamError('cut', `${providerName}: the answer broke off (${error.name})`);
  return new UpstreamError('server', `${providerName}: the call failed (${error.name})`, { cause: error });
}

function fromApiCall(error: APICallError, context: ErrorContext): UpstreamError {
  const { providerName } = context;
  const { statusCode, responseHeaders } = error;
  if (statusCode === undefined) {
    const connection = findCause(error.cause, isSystemError);
    return connection
      ? errorFromConnection(connection, providerName, context.answerBegan)
      : new UpstreamError('network', `${providerName}: connection failed`);
  }
  if (statusCode < 300) {
    return new UpstreamError('malformed', `${providerName}: the answer cannot be read`, {
      status: statusCode,
    });
  }
  return fromBody(parse(error.responseBody), { status: statusCode, headers: responseHeaders ?? {} }, context);
}

/** A part of a stream that says what went wrong: the AI SDK's own form, or the provider's as it came. */
function fromStreamError(error: unknown, context: ErrorContext): UpstreamError {
  const fields = isObject(error) ? error : {};
  const status = typeof fields.statusCode === 'number' ? { status: fields.statusCode } : {};
  return fromBody(error, status, context);
}

function fromBody(
  body: unknown,
  answer: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> },
  { providerName, secrets }: ErrorContext,
): UpstreamError {
  const awsType = answer.headers?.['x-amzn-errortype']?.split(':', 1)[0];
  const said = readProviderError(body, awsType);
  const { errorClass, status, message, detail, retryAfterMs } = errorFromAnswer({
    providerName,
    secrets,
    body: said.body,
    ...answer,
  });
  const waitMs = retryAfterMs ?? said.retryAfterMs;
  return new UpstreamError(said.errorClass ?? errorClass, message, {
    ...(status === undefined ? {} : { status }),
    ...(detail === undefined ? {} : { detail }),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  });
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function isSystemError(error: Error): error is NodeJS.ErrnoException {
  return 'code' in error && typeof error.code === 'string' && /^[A-Z_]+$/.test(error.code);
}

function findCause<Kind extends Error>(
  error: unknown,
  isWanted: (cause: Error) => cause is Kind,
): Kind | undefined {
  const seen = new Set<unknown>();
  for (let cause = error; cause instanceof Error && !seen.has(cause); cause = cause.cause) {
    if (isWanted(cause)) return cause;
    seen.add(cause);
  }
  return undefined;
}
