import type { IncomingHttpHeaders } from 'node:http';
import { type ModelCall, UpstreamError } from '../../../plugin/index.ts';
import type { AnswerBody } from '../openai/answer-body.ts';
import { postJson } from '../openai/http-client.ts';
import { MAX_ERROR_BYTES, MAX_JSON_BYTES, readAll } from '../openai/read-all.ts';

/** A signed request, as far as we need it; the SDK's types leave it open. */
interface SignedRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the SDK reads an answer from. */
interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
}

/**
 * One HTTP exchange on behalf of the AWS SDK, over our own client: its pooled connections, its time-outs and its error
 * classes. The SDK signs the request and decodes the answer.
 */
export class SdkExchange {
  /** The answer's head, once there is one. */
  head: { readonly status: number; readonly headers: IncomingHttpHeaders } | undefined;
  /** The answer's body, for a stream that began. */
  body: AnswerBody | undefined;
  /** Why the exchange failed. The SDK is thrown another error, as it adds to the message of what it catches. */
  failure: UpstreamError | undefined;
  private readonly call: ModelCall;
  private readonly json: string;
  private readonly providerName: string;

  /** @param json the request's body. */
  constructor(call: ModelCall, json: string, providerName: string) {
    this.call = call;
    this.json = json;
    this.providerName = providerName;
  }

  /** For a command's middleware stack: takes the place of the SDK's own request handler. */
  readonly middleware =
    () =>
    ({ request }: { readonly request: unknown }) =>
      this.send(request);

  private async send(request: unknown): Promise<{ response: SdkResponse }> {
    const { protocol, hostname, port, path, headers } = request as SignedRequest;
    const { call, providerName } = this;
    const answer = await this.guard(
      postJson({
        url: `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`,
        headers,
        body: this.json,
        timeouts: call.timeouts,
        signal: call.signal,
        providerName,
      }),
    );
    this.head = { status: answer.status, headers: answer.headers };
    const accepted = answer.status >= 200 && answer.status < 300;
    if (accepted) call.onAnswerStarted?.();
    let body: SdkResponse['body'];
    if (accepted && call.stream) {
      this.body = answer.body;
      body = this.parts(answer.body);
    } else {
      answer.body.contentSeen();
      body = await this.whole(answer.body, accepted);
    }
    return { response: { statusCode: answer.status, headers: singleValues(answer.headers), body } };
  }

  private async whole(body: AnswerBody, accepted: boolean): Promise<Uint8Array> {
    const maxBytes = accepted ? MAX_JSON_BYTES : MAX_ERROR_BYTES;
    const bytes = await this.guard(readAll(body, maxBytes));
    if (bytes) return bytes;
    // An error whose text is too long is judged by its status.
    if (!accepted) return new Uint8Array();
    const message = `${this.providerName}: the answer exceeds ${maxBytes} bytes`;
    return this.guard(Promise.reject(new UpstreamError('malformed', message)));
  }

  private async *parts(body: AnswerBody): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const { done, value } = await this.guard(body.next());
      if (done) return;
      yield value;
    }
  }

  private async guard<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      this.failure = error;
      throw new Error('the exchange failed');
    }
  }
}

function singleValues(headers: IncomingHttpHeaders): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name] = String(value);
  }
  return result;
}
