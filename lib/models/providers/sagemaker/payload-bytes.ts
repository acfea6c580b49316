import type { ResponseStream } from '@aws-sdk/client-sagemaker-runtime';
import { convertError } from './convert-error.ts';
import type { SdkExchange } from './sdk-exchange.ts';

/**
 * What the container streamed, as SageMaker cut it: parts align neither to lines nor to characters. Leaving the loop
 * early ends the exchange.
 *
 * @throws UpstreamError
 */
export async function* payloadBytes(
  parts: AsyncIterable<ResponseStream>,
  exchange: SdkExchange,
  providerName: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const { PayloadPart: part } of parts) {
      if (part?.Bytes) yield part.Bytes;
    }
  } catch (error) {
    throw convertError(error, exchange, providerName);
  } finally {
    await exchange.body?.return();
  }
}
