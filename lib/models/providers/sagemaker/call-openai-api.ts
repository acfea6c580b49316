import {
  type ModelAnswer,
  type ModelCall,
  UpstreamError,
  type UpstreamErrorDetail,
} from '../../../plugin/index.ts';
import { exchange } from '../openai/exchange.ts';
import { errorFromService } from './error-from-service.ts';

export interface OpenAiApi {
  /** Of the endpoint or its inference component; `/openai/v1/…` follows. */
  readonly endpointUrl: string;
  /** A bearer token; see `signBearerToken`. */
  readonly token: string;
  readonly providerName: string;
}

/**
 * A chat completion by an endpoint's own OpenAI API, whose answers are the container's.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-openai-compatible.html
 *
 * Not documented, but seen on real endpoints: refusals come as OpenAI's error object around SageMaker's own text, in
 * which an error of the container is quoted.
 */
export async function callOpenAiApi(
  { endpointUrl, token, providerName }: OpenAiApi,
  call: ModelCall,
): Promise<ModelAnswer> {
  try {
    return await exchange({
      url: `${endpointUrl}/openai/v1/chat/completions`,
      headers: { authorization: `Bearer ${token}` },
      call,
      providerName,
    });
  } catch (error) {
    if (!(error instanceof UpstreamError) || !isOfService(error.detail)) throw error;
    const { errorClass, status, retryAfterMs, detail } = error;
    throw errorFromService({
      providerName,
      message: detail?.message ?? '',
      otherwise: errorClass,
      ...(status === undefined ? {} : { status }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
}

/** Tells SageMaker's text from that of a container whose error it passed on as it was. */
function isOfService(detail: UpstreamErrorDetail | undefined): boolean {
  if (detail?.code === 'validation_error' || detail?.code === 'model_error') return true;
  return /\b\d{12}\b/.test(detail?.message ?? '');
}
