import type { Configuration } from '../../config/schema.ts';
import type { ModelProvider } from '../../plugin/index.ts';

/**
 * Makes a provider of the configuration. Each kind is imported when it is first wanted, so that a function loads only
 * what its deployment uses.
 *
 * @param name a key of `providers`.
 */
export async function createProvider(
  name: string,
  configuration: Pick<Configuration, 'providers' | 'region'>,
): Promise<ModelProvider> {
  const provider = configuration.providers[name];
  if (!provider) throw new Error(`the configuration has no provider "${name}"`);
  switch (provider.kind) {
    case 'openai': {
      const { createOpenAiProvider } = await import('./openai/index.ts');
      return createOpenAiProvider({ baseUrl: provider.baseUrl, providerName: name });
    }
    case 'anthropic': {
      const { createAnthropicProvider } = await import('./anthropic/index.ts');
      return createAnthropicProvider(provider);
    }
    case 'google': {
      const { createGoogleProvider } = await import('./google/index.ts');
      return createGoogleProvider(provider);
    }
    case 'bedrock': {
      const { createBedrockProvider } = await import('./bedrock/index.ts');
      return createBedrockProvider(provider, deploymentRegion(configuration));
    }
    case 'sagemaker': {
      const { createSageMakerProvider } = await import('./sagemaker/index.ts');
      return createSageMakerProvider(provider, deploymentRegion(configuration));
    }
    case 'openclaw-extract': {
      const { createExtractProvider } = await import('./openclaw-extract/index.ts');
      return createExtractProvider();
    }
  }
}

/** Lambda sets AWS_REGION to the region that a function was deployed to. */
function deploymentRegion({ region = process.env.AWS_REGION }: Pick<Configuration, 'region'>): {
  readonly region?: string;
} {
  return region === undefined ? {} : { region };
}
