import type { ProviderConfiguration } from '../../../config/schema.ts';
import { type ModelCall, type ModelProvider, UpstreamError } from '../../../plugin/index.ts';
import type { CredentialProvider } from './credentials.ts';
import { type Endpoint, openEndpoint } from './open-endpoint.ts';

type SageMakerConfiguration = Extract<ProviderConfiguration, { kind: 'sagemaker' }>;

export interface SageMakerOptions {
  /** The deployment's region, where the configuration names none. */
  readonly region?: string;
  /** Default: those that the AWS SDK finds, which in Lambda are the function's role's. */
  readonly credentials?: CredentialProvider;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const providerName = 'sagemaker';

/**
 * Reaches a model behind a real-time endpoint of SageMaker, whose container speaks OpenAI's format.
 *
 * With the protocol `openai`, chat completions go to the endpoint's own OpenAI API. That has no path for embeddings, so
 * these are sent by InvokeEndpoint, as everything is with the protocol `invoke`.
 */
export function createSageMakerProvider(
  config: SageMakerConfiguration,
  options: SageMakerOptions = {},
): ModelProvider {
  let opened: Promise<Endpoint> | undefined;
  return {
    format: 'passthrough',
    async call(call: ModelCall) {
      const region = config.region ?? options.region;
      if (region === undefined) {
        throw new UpstreamError('not_found', `${providerName}: no region is configured`);
      }
      opened ??= openEndpoint({ ...options, ...config, region, providerName });
      const endpoint = await opened;
      const byOpenAiApi = config.protocol === 'openai' && call.operation === 'chat';
      return byOpenAiApi ? endpoint.complete(call) : endpoint.invoke(call);
    },
  };
}
