import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { FunctionHost } from '../functions/function-host.ts';
import type { Exchange } from './exchange.ts';
import { PreludeReader } from './prelude-reader.ts';
import { MalformedResponseError } from './response-head.ts';

/**
 * Runs the function and passes its response on chunk by chunk, no faster than the caller reads.
 *
 * @param onProgress - called whenever bytes come from the function
 */
export async function relayStreamed(
  exchange: Exchange,
  host: FunctionHost,
  event: APIGatewayProxyEvent,
  onProgress: () => void,
): Promise<void> {
  const { response } = exchange;
  const { body } = await host.invokeStreaming(event, { signal: exchange.signal });
  const prelude = new PreludeReader();
  let inBody = false;

  const passOn = (bytes: Uint8Array) => {
    if (bytes.length > 0 && !response.write(bytes)) body.pause();
  };
  const readPrelude = (bytes: Uint8Array) => {
    const begun = prelude.push(bytes);
    if (!begun) return;
    inBody = true;
    exchange.sendHead(begun.head);
    if (begun.rest.length === 0) response.flushHeaders();
    passOn(begun.rest);
  };

  response.on('drain', () => body.resume());
  body.read({
    onBytes(bytes) {
      if (exchange.over) return;
      onProgress();
      try {
        if (inBody) passOn(bytes);
        else readPrelude(bytes);
      } catch (error) {
        exchange.fail(error);
      }
    },
    onEnd() {
      if (exchange.over) return;
      if (inBody) response.end();
      else exchange.fail(new MalformedResponseError('the response ended before its metadata'));
    },
    onError: (error) => exchange.fail(error),
  });
}
