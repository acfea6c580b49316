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
  { providers }: Pick<Configuration, 'providers' | 'region'>,
): Promise<ModelProvider> {
  const provider = providers[name];
  if (!provider) throw new Error(`the configuration has no provider "${name}"`);
  switch (provider.kind) {
    case 'openai': {
      const { createOpenAiProvider } = await import('./openai/index.ts');
      return createOpenAiProvider({ baseUrl: provider.baseUrl, providerName: name });
    }
    default:
      throw new Error(`providers of kind ${provider.kind} are not available`);
  }
}
