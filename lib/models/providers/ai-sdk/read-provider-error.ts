import type { UpstreamErrorClass } from '../../../plugin/index.ts';
import { isObject } from './json.ts';

/** What an error's body says, in the terms of the provider that wrote it. */
export interface ProviderError {
  /** The body in OpenAI's form, for the classes that follow from the status and the message. */
  readonly body: { readonly error: { readonly message?: string; readonly type?: string } };
  /** Where the provider's own code says more than the status. */
  readonly errorClass?: UpstreamErrorClass;
  /** How long the provider asks to wait, where it says so in the body. */
  readonly retryAfterMs?: number;
}

/**
 * Codes of Anthropic (https://docs.anthropic.com/en/api/errors), of Gemini
 * (https://ai.google.dev/gemini-api/docs/troubleshooting, `reason` in the details) and of Bedrock
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html).
 */
const classes: ReadonlyMap<string, UpstreamErrorClass> = new Map([
  ['billing_error', 'quota'],
  ['overloaded_error', 'server'],
  ['api_error', 'server'],
  ['timeout_error', 'server'],
  ['API_KEY_INVALID', 'authentication'],
  ['API_KEY_SERVICE_BLOCKED', 'authentication'],
  ['BILLING_DISABLED', 'quota'],
  ['ThrottlingException', 'rate_limit'],
  ['ServiceQuotaExceededException', 'rate_limit'],
  ['ModelNotReadyException', 'server'],
  ['ModelTimeoutException', 'server'],
  ['ModelErrorException', 'server'],
  ['ModelStreamErrorException', 'server'],
  ['InternalServerException', 'server'],
  ['ServiceUnavailableException', 'server'],
  ['AccessDeniedException', 'authentication'],
  ['UnrecognizedClientException', 'authentication'],
  ['InvalidSignatureException', 'authentication'],
  ['ExpiredTokenException', 'authentication'],
  ['ResourceNotFoundException', 'not_found'],
]);

/** Sentences of providers that have one code for many things. */
const classOfSentence: readonly (readonly [RegExp, UpstreamErrorClass])[] = [
  [/credit balance is too low/i, 'quota'],
  [/model identifier is invalid/i, 'not_found'],
  [/api key (?:not valid|expired)/i, 'authentication'],
];

/**
 * Reads the error object of a provider, in an answer or in a stream.
 *
 * @param body parsed; anything
 * @param type the error's type where it stands outside of the body (Bedrock: a header, or the event's name)
 */
export function readProviderError(body: unknown, type?: string): ProviderError {
  // Gemini wraps the errors of a stream in an array.
  const outer = Array.isArray(body) ? body[0] : body;
  const error = isObject(outer) && isObject(outer.error) ? outer.error : outer;
  const fields = isObject(error) ? error : {};
  const message = typeof fields.message === 'string' ? fields.message : undefined;
  const details = Array.isArray(fields.details) ? fields.details.filter(isObject) : [];
  const ownType = typeof fields.type === 'string' ? fields.type : undefined;

  const codes = [type, ownType, ...details.map(({ reason }) => reason)];
  const errorClass =
    codes.map((code) => classes.get(upperFirst(code))).find((found) => found !== undefined) ??
    classOfSentence.find(([sentence]) => sentence.test(message ?? ''))?.[1];
  const retryAfterMs = details
    .map(({ retryDelay }) => readSeconds(retryDelay))
    .find((ms) => ms !== undefined);
  return {
    body: {
      error: {
        ...(message === undefined ? {} : { message }),
        ...(ownType === undefined ? {} : { type: ownType }),
      },
    },
    ...(errorClass === undefined ? {} : { errorClass }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** Bedrock writes its exceptions in a stream with a small first letter. */
function upperFirst(code: unknown): string {
  if (typeof code !== 'string') return '';
  return code.endsWith('Exception') ? code.charAt(0).toUpperCase() + code.slice(1) : code;
}

/** google.protobuf.Duration in JSON: `"23.5s"`. */
function readSeconds(duration: unknown): number | undefined {
  const seconds = typeof duration === 'string' ? /^(\d+(?:\.\d+)?)s$/.exec(duration)?.[1] : undefined;
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1_000);
}
