import { type ModelAnswer, type ModelCall, UpstreamError } from '../../../plugin/index.ts';
import type { AnswerBody } from './answer-body.ts';
import { type HttpAnswer, postJson } from './http-client.ts';
import { MAX_ERROR_BYTES, MAX_JSON_BYTES, readAll } from './read-all.ts';
import { readJsonAnswer } from './read-json-answer.ts';
import { readChatStream } from './read-stream.ts';
import { requestBody } from './request-body.ts';
import { errorFromAnswer } from './upstream-answer-error.ts';

export interface Exchange {
  readonly url: string;
  /** Sent as they are, `authorization` among them; `content-type`, `accept` and `user-agent` are added. */
  readonly headers: Readonly<Record<string, string>>;
  readonly call: ModelCall;
  /** Begins every error message. */
  readonly providerName: string;
}

/**
 * One call of an API that speaks OpenAI's format. The request goes out as the caller wrote it, but for the model's
 * name and, for a stream, the wish for usage; the answer comes back as the upstream's own bytes.
 *
 * @throws UpstreamError of every class.
 */
export async function exchange({ url, headers, call, providerName }: Exchange): Promise<ModelAnswer> {
  const secrets = secretsIn(headers);
  const answer = await postJson({
    url,
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: call.stream ? 'text/event-stream' : 'application/json',
      'user-agent': 'openclaw',
    },
    body: JSON.stringify(requestBody(call)),
    timeouts: call.timeouts,
    signal: call.signal,
    providerName,
  });
  if (answer.status < 200 || answer.status > 299) throw await refusal(answer, providerName, secrets);
  const contentType = mediaType(answer);
  if (contentType !== (call.stream ? 'text/event-stream' : 'application/json')) {
    throw await wrongContentType(answer, contentType, providerName, secrets);
  }
  call.onAnswerStarted?.();

  const { body } = answer;
  if (call.stream) {
    const events = readChatStream(body, {
      providerName,
      model: call.model,
      secrets,
      choices: typeof call.body.n === 'number' ? call.body.n : 1,
      onFirstContent: () => body.contentSeen(),
      onComplete: () => body.finish(),
    });
    return { kind: 'stream', events };
  }
  body.contentSeen();
  const bytes = await readAll(body, MAX_JSON_BYTES);
  if (!bytes)
    throw new UpstreamError('malformed', `${providerName}: the answer exceeds ${MAX_JSON_BYTES} bytes`);
  return readJsonAnswer(bytes, { operation: call.operation, providerName, model: call.model, secrets });
}

async function refusal(answer: HttpAnswer, providerName: string, secrets: readonly string[]) {
  const { status, headers } = answer;
  return errorFromAnswer({ providerName, status, headers, body: await readErrorBody(answer.body), secrets });
}

/** Some upstreams refuse a stream with status 200 and an error as JSON; all else of a wrong type is a proxy's page. */
async function wrongContentType(
  answer: HttpAnswer,
  contentType: string,
  providerName: string,
  secrets: readonly string[],
) {
  const body = contentType === 'application/json' ? await readErrorBody(answer.body) : undefined;
  if (typeof body === 'object' && body !== null && 'error' in body) {
    return errorFromAnswer({ providerName, headers: answer.headers, body, secrets });
  }
  await answer.body.return();
  const type = contentType === '' ? 'without a content type' : `of type ${contentType}`;
  return new UpstreamError('malformed', `${providerName}: the answer is ${type}`, { status: answer.status });
}

async function readErrorBody(body: AnswerBody): Promise<unknown> {
  body.contentSeen();
  const bytes = await readAll(body, MAX_ERROR_BYTES);
  if (!bytes) return undefined;
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}

function mediaType(answer: HttpAnswer): string {
  return (answer.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function secretsIn(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    /^(authorization|x-api-key|api-key)$/i.test(name) ? [value.replace(/^Bearer /i, '')] : [],
  );
}
