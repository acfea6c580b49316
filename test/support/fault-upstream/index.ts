import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { UpstreamRequestBody } from './answers.ts';
import { type BehaviourName, behaviours, type FaultTimings } from './behaviours.ts';

export { answerText, answerUsage, toolArguments, type UpstreamRequestBody } from './answers.ts';
export type { BehaviourName, FaultTimings } from './behaviours.ts';

export interface FaultUpstreamOptions extends Partial<FaultTimings> {
  /**
   * What to do with the requests for a model, in order; the last goes on for ever. A model that is not named here does
   * what its own name says after `fault:` (`fault:429-once`), and answers properly where it says nothing.
   */
  readonly behaviours?: Readonly<Record<string, BehaviourName | readonly BehaviourName[]>>;
}

/** A request as it arrived. */
export interface UpstreamRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: UpstreamRequestBody & Readonly<Record<string, unknown>>;
  readonly behaviour: BehaviourName;
  /** True once the client left before it had the whole answer. */
  readonly aborted: boolean;
}

export interface FaultUpstream {
  /** Base URL, `/v1` included. */
  readonly url: string;
  /** In order of arrival. */
  readonly requests: readonly UpstreamRequest[];
  /** Forgets the requests, and what was to happen only once happens again. */
  reset(): void;
  stop(): Promise<void>;
}

/** Starts a real HTTP server on loopback that speaks OpenAI's format and fails in the way that it is told to. */
export async function startFaultUpstream(options: FaultUpstreamOptions = {}): Promise<FaultUpstream> {
  const timings: FaultTimings = {
    firstTokenDelayMs: 20_000,
    stallMs: 30_000,
    byteDelayMs: 100,
    chunkDelayMs: 0,
    retryAfterSeconds: 1,
    contentChunks: 6,
    ...options,
  };
  const requests: (UpstreamRequest & { aborted: boolean })[] = [];
  const served = new Map<string, number>();

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error: unknown) => {
      // A client that went away makes every wait and write fail.
      if (!response.destroyed) response.destroy(error instanceof Error ? error : undefined);
    });
  });

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse(await readText(incoming)) as UpstreamRequest['body'];
    const model = body.model ?? '';
    const count = served.get(model) ?? 0;
    served.set(model, count + 1);
    const script = options.behaviours?.[model] ?? model.replace(/^fault:/, '');
    const behaviour = chooseBehaviour(script, count);
    const request = { path: incoming.url ?? '', headers: incoming.headers, body, behaviour, aborted: false };
    requests.push(request);

    const left = new AbortController();
    response.on('close', () => {
      request.aborted = !response.writableFinished;
      left.abort();
    });
    await behaviours[behaviour]({
      response,
      body,
      operation: request.path.endsWith('/embeddings') ? 'embeddings' : 'chat',
      timings,
      signal: left.signal,
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    reset() {
      requests.length = 0;
      served.clear();
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function chooseBehaviour(script: string | readonly string[], count: number): keyof typeof behaviours {
  if (typeof script !== 'string')
    return chooseBehaviour(script[Math.min(count, script.length - 1)] ?? 'ok', 0);
  if (script === 'flapping') return count % 2 === 0 ? '503' : 'ok';
  if (script.endsWith('-once')) return count === 0 ? known(script.slice(0, -'-once'.length)) : 'ok';
  return known(script);
}

function known(name: string): keyof typeof behaviours {
  return Object.hasOwn(behaviours, name) ? (name as keyof typeof behaviours) : 'ok';
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
