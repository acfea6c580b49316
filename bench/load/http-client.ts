import { type Dispatcher, Pool } from 'undici';
import type { RequestTarget } from './request-target.ts';
import { type Sender, UnexpectedAnswer } from './sender.ts';

/** Long enough for any answer here; a system that hangs must not hang the benchmark. */
const timeoutMs = 30_000;

/**
 * Posts one JSON text over kept-alive connections to one system. Built on undici's dispatch, the leanest client Node
 * has: what the generator itself costs is taken from the same processors as what it measures.
 */
export class HttpClient implements Sender {
  readonly #pool: Pool;
  readonly #options: Dispatcher.DispatchOptions;

  /**
   * @param connections - at most this many requests are under way at once; more wait for one of them
   */
  constructor(target: RequestTarget, body: string, connections: number) {
    this.#pool = new Pool(target.origin, { connections, pipelining: 1, keepAliveTimeout: timeoutMs });
    this.#options = {
      method: 'POST',
      path: target.path,
      headers: { 'content-type': 'application/json', ...target.headers },
      body,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    };
  }

  /** Expects status 200 and a body. */
  send(onData?: (piece: Buffer) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      let status = 0;
      let bytes = 0;
      let refusal = '';
      this.#pool.dispatch(this.#options, {
        // Asked for at run time, although the types call it optional.
        onRequestStart() {},
        onResponseStart(_controller, statusCode) {
          status = statusCode;
        },
        onResponseData(_controller, piece) {
          bytes += piece.length;
          if (status === 200) onData?.(piece);
          else if (refusal.length < 300) refusal += piece.toString();
        },
        onResponseEnd() {
          if (status === 200 && bytes > 0) resolve();
          else reject(new UnexpectedAnswer(`status ${status}, ${bytes} bytes: ${refusal.slice(0, 300)}`));
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      });
    });
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }
}
