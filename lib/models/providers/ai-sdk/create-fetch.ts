import { type CallTimeouts, UpstreamError } from '../../../plugin/index.ts';
import { postJson } from '../openai/http-client.ts';

/**
 * A `fetch` for the AI SDK's providers over our own HTTP client: its pooled connections, its time-out for the
 * connection, and no redirects. It does what those providers do, which is to POST a JSON text.
 */
export function createFetch(timeouts: CallTimeouts, providerName: string): typeof globalThis.fetch {
  return async (input, init) => {
    if (init?.method !== 'POST' || typeof init.body !== 'string' || input instanceof Request) {
      throw new TypeError('only the POST of a text is supported');
    }
    const { status, headers, body } = await postJson({
      url: String(input),
      headers: Object.fromEntries(new Headers(init.headers)),
      body: init.body,
      timeouts: { ...timeouts, idleMs: Math.max(timeouts.idleMs, timeouts.firstTokenMs) },
      signal: init.signal ?? new AbortController().signal,
      providerName,
    });
    // From here on the adapter waits, for the first token and between parts: the transport cannot tell one from a ping.
    body.contentSeen();
    if (status < 200 || status > 599) {
      await body.return();
      throw new UpstreamError('malformed', `${providerName}: status ${status} is not an answer`);
    }
    const hasBody = status !== 204 && status !== 205 && status !== 304;
    return new Response(hasBody ? ReadableStream.from(body) : null, { status, headers: toHeaders(headers) });
  };
}

function toHeaders(headers: NodeJS.Dict<string | string[]>): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of value === undefined ? [] : [value].flat()) result.append(name, one);
  }
  return result;
}
