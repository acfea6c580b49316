import { partitionOf } from '../../../config/partition.ts';
import type { ProviderConfiguration } from '../../../config/schema.ts';
import { type ModelProvider, UpstreamError } from '../../../plugin/index.ts';
import { createAiSdkProvider } from '../ai-sdk/index.ts';
import { parameters } from './parameters.ts';

type BedrockConfiguration = Extract<ProviderConfiguration, { kind: 'bedrock' }>;

/** AWS credentials, as the AWS SDK's credential providers give them. */
export interface BedrockCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface BedrockOptions {
  /** The deployment's region, where the configuration names none. */
  readonly region?: string;
  /** Default: those of the environment, which in Lambda are the function's role's. */
  readonly credentials?: () => Promise<BedrockCredentials>;
  readonly fetch?: typeof globalThis.fetch;
}

const providerName = 'bedrock';

/** Reaches Amazon Bedrock's Converse API, and its embedding models. A call's key, if any, is a Bedrock API key. */
export function createBedrockProvider(
  config: BedrockConfiguration,
  options: BedrockOptions = {},
): ModelProvider {
  async function createProvider(apiKey: string | undefined, fetch: typeof globalThis.fetch) {
    const region = config.region ?? options.region;
    if (region === undefined) {
      throw new UpstreamError('not_found', `${providerName}: no region is configured`);
    }
    const { createAmazonBedrock } = await import('@ai-sdk/amazon-bedrock');
    return createAmazonBedrock({
      region,
      // The variable is the AWS SDKs' own, which this one does not read.
      baseURL:
        config.baseUrl ||
        process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME ||
        `https://bedrock-runtime.${region}.${partitionOf(region).urlSuffix}`,
      fetch: options.fetch ?? fetch,
      // Empty rather than absent: the SDK would look for a key in the environment.
      apiKey: apiKey ?? '',
      ...(options.credentials === undefined ? {} : { credentialProvider: options.credentials }),
    });
  }
  return createAiSdkProvider({
    providerName,
    parameters,
    languageModel: async (modelId, apiKey, fetch) =>
      (await createProvider(apiKey, fetch)).languageModel(modelId),
    embeddingModel: async (modelId, apiKey, fetch) =>
      (await createProvider(apiKey, fetch)).embeddingModel(modelId),
  });
}
