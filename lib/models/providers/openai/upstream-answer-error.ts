import type { IncomingHttpHeaders } from 'node:http';
import { UpstreamError, type UpstreamErrorClass, type UpstreamErrorDetail } from '../../../plugin/index.ts';
import { readRetryAfterMs } from './retry-after.ts';

export interface UpstreamAnswerError {
  readonly providerName: string;
  /** HTTP status of the answer; absent for an error inside a stream or a 200. */
  readonly status?: number;
  readonly headers?: IncomingHttpHeaders;
  /** The parsed body: OpenAI's `{"error": {…}}`, one of its many variants, or anything else. */
  readonly body: unknown;
  /** Values that must not appear in the error, whatever the upstream echoes. */
  readonly secrets?: readonly string[];
}

/** Turns an upstream's refusal into the class that routing decides on. */
export function errorFromAnswer(answer: UpstreamAnswerError): UpstreamError {
  const { detail, status: statusInBody } = readDetail(answer.body, answer.secrets ?? []);
  const status = answer.status ?? statusInBody;
  const errorClass = classify(status, detail);
  const retryAfterMs =
    answer.headers === undefined ? undefined : readRetryAfterMs(answer.headers, Date.now());
  const said = detail.code ?? detail.type ?? errorClass;
  return new UpstreamError(errorClass, `${answer.providerName} answered ${status ?? 'an error'}: ${said}`, {
    detail,
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

const classOfCode: Readonly<Record<string, UpstreamErrorClass>> = {
  insufficient_quota: 'quota',
  billing_hard_limit_reached: 'quota',
  billing_not_active: 'quota',
  invalid_api_key: 'authentication',
  authentication_error: 'authentication',
  permission_error: 'authentication',
  rate_limit_exceeded: 'rate_limit',
  rate_limit_error: 'rate_limit',
  context_length_exceeded: 'context_length',
  exceed_context_size_error: 'context_length',
  content_filter: 'content_filter',
  content_policy_violation: 'content_filter',
  ResponsibleAIPolicyViolation: 'content_filter',
  model_not_found: 'not_found',
  not_found_error: 'not_found',
  DeploymentNotFound: 'not_found',
  unsupported_parameter: 'unsupported_parameter',
  unsupported_value: 'unsupported_parameter',
};

/** How upstreams without a code for it say that a request is too long: vLLM, Anthropic, Gemini, llama.cpp, Groq. */
const tooLong =
  /context (?:length|window|size)|maximum (?:model|context|input) length|prompt is too long|input is too long|too many (?:input )?tokens|maximum number of (?:input )?tokens|reduce the length of/i;

function classify(status: number | undefined, detail: UpstreamErrorDetail): UpstreamErrorClass {
  const named = classOfCode[detail.code ?? ''] ?? classOfCode[detail.type ?? ''];
  // Some upstreams label a 5xx of theirs with a caller's code; the status tells whether asking again helps.
  if (named !== undefined && (status === undefined || status < 500)) return named;
  if (status === undefined) return detail.type === 'invalid_request_error' ? callersFault(detail) : 'server';
  if (status === 401 || status === 403) return 'authentication';
  if (status === 402) return 'quota';
  // A redirect or a wrong method means that there is no such API behind the base URL.
  if (status < 400 || status === 404 || status === 405) return 'not_found';
  if (status === 429) return 'rate_limit';
  if (status === 408 || status === 409 || status === 425 || status >= 499) return 'server';
  return callersFault(detail);
}

function callersFault(detail: UpstreamErrorDetail): UpstreamErrorClass {
  return tooLong.test(detail.message ?? '') ? 'context_length' : 'invalid_request';
}

function readDetail(
  body: unknown,
  secrets: readonly string[],
): { detail: UpstreamErrorDetail; status: number | undefined } {
  const outer = isObject(body) ? body : {};
  const error = isObject(outer.error) ? outer.error : { message: outer.error, ...outer };
  const read = (key: string): string | undefined => {
    const value = error[key];
    return typeof value === 'string' ? withoutSecrets(value, secrets) : undefined;
  };
  const numericCode = Number(error.code ?? error.status);
  const message = read('message') ?? read('detail');
  return {
    detail: {
      ...(message === undefined ? {} : { message }),
      type: read('type') ?? null,
      param: read('param') ?? null,
      code: read('code') ?? null,
    },
    // vLLM and OpenRouter put the HTTP status into `code`.
    status: numericCode >= 400 && numericCode < 600 ? numericCode : undefined,
  };
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, '[key]')), text);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
