import { UpstreamError, type UpstreamErrorClass, type UpstreamErrorOptions } from '../../../plugin/index.ts';
import { errorFromAnswer } from '../openai/upstream-answer-error.ts';

/** A refusal by SageMaker, which may be its own or quote that of the model's container. */
export interface ServiceRefusal {
  readonly providerName: string;
  readonly message: string;
  readonly status?: number;
  readonly retryAfterMs?: number;
  /** What it is where the text does not tell. */
  readonly otherwise: UpstreamErrorClass;
}

/** The container's status and its answer; the account and a link to its log follow. */
const quotation = /^Received (?:client|server) error \((\d+)\) from \S+(?: with message "(.*)")?/s;

/** What only the text tells, as all of it has status 400 and the code of a validation error. */
const texts: readonly (readonly [RegExp, UpstreamErrorClass, string])[] = [
  // The refused call itself is what makes an endpoint scale out from zero, so that it passes.
  // https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html
  [
    /^(?:the )?(?:inference ?component|endpoint|variant)\b.*\bhas no capacity\b/i,
    'server',
    'the endpoint has no capacity',
  ],
  [/^(?:inference ?component|endpoint|variant)\b.*\bnot found\b/i, 'not_found', 'there is no such endpoint'],
  [
    /^inference ?component name\b.*\brequired\b/i,
    'not_found',
    'the endpoint hosts several models; `inferenceComponent` must name one',
  ],
];

/**
 * Turns a refusal into the class that routing decides on. SageMaker's own text is not passed on: it names the endpoint,
 * the account and its logs. The container's is, as from any other model.
 */
export function errorFromService(refusal: ServiceRefusal): UpstreamError {
  const { providerName, message, otherwise, status, retryAfterMs } = refusal;
  const quoted = quotation.exec(message);
  if (quoted) return errorFromContainer(providerName, Number(quoted[1]), quoted[2] ?? '');
  const options: UpstreamErrorOptions = {
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  for (const [text, errorClass, meaning] of texts) {
    if (text.test(message)) return new UpstreamError(errorClass, `${providerName}: ${meaning}`, options);
  }
  return new UpstreamError(otherwise, `${providerName}: SageMaker refused the call (${otherwise})`, options);
}

/**
 * The error of the model's container.
 *
 * @param status what the container answered; 0 where it did not in SageMaker's time.
 * @param text OpenAI's error object as JSON, one of its many variants, or plain text.
 */
export function errorFromContainer(providerName: string, status: number, text: string): UpstreamError {
  if (status < 400) {
    return new UpstreamError('timeout', `${providerName}: the model did not answer in SageMaker's time`);
  }
  return errorFromAnswer({ providerName, status, body: parse(text) });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}
