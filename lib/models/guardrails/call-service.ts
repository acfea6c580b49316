import { UpstreamError } from '../../plugin/index.ts';
import { postJson } from '../providers/openai/http-client.ts';
import { MAX_ERROR_BYTES, readAll } from '../providers/openai/read-all.ts';
import { errorFromAnswer } from '../providers/openai/upstream-answer-error.ts';

export interface ServiceCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborts the call. */
  readonly signal: AbortSignal;
  /** Begins every error message. */
  readonly serviceName: string;
  /** Values that must not appear in an error. */
  readonly secrets?: readonly string[];
}

const maxAnswerBytes = 4 * 1024 * 1024;
/** The tenant's own time-out is shorter, and ends the call by the signal. */
const longestMs = 60_000;

/**
 * Sends one JSON document to a service that checks texts, once, and reads the one that it answers.
 *
 * @throws UpstreamError; no message quotes what was sent or answered
 */
export async function callService(call: ServiceCall): Promise<unknown> {
  const { serviceName: providerName, secrets = [] } = call;
  const answer = await postJson({
    url: call.url,
    headers: {
      ...call.headers,
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': 'openclaw',
    },
    body: call.body,
    timeouts: { connectMs: 5_000, firstTokenMs: longestMs, idleMs: longestMs, totalMs: longestMs },
    signal: call.signal,
    providerName,
  });
  answer.body.contentSeen();
  const isOk = answer.status >= 200 && answer.status < 300;
  const bytes = await readAll(answer.body, isOk ? maxAnswerBytes : MAX_ERROR_BYTES);
  const document = parse(bytes);
  if (!isOk) {
    const { status, headers } = answer;
    throw errorFromAnswer({ providerName, status, headers, body: document, secrets });
  }
  if (document === undefined) {
    throw new UpstreamError('malformed', `${providerName}: the answer is not JSON`);
  }
  return document;
}

function parse(bytes: Buffer | undefined): unknown {
  try {
    return bytes && JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
