import type { Configuration } from '../config/schema.ts';
import { applyBedrockGuardrail, moderate } from '../models/index.ts';
import type { GuardrailServices } from '../policy/index.ts';

/**
 * The services that guardrails call: the moderation of a configured provider, and configured guardrails of Bedrock.
 *
 * @param keys - the keys of a provider, in order
 */
export function guardrailServices(
  configuration: Pick<Configuration, 'providers' | 'bedrockGuardrails' | 'region'>,
  keys: (provider: string) => Promise<readonly string[]>,
): GuardrailServices {
  return {
    moderate: async (providerName, body, signal) => {
      const provider = configuration.providers[providerName];
      if (provider?.kind !== 'openai') throw new Error(`there is no OpenAI provider "${providerName}"`);
      const [apiKey] = await keys(providerName);
      const { baseUrl } = provider;
      return moderate({ baseUrl, body, signal, providerName, ...(apiKey !== undefined && { apiKey }) });
    },
    applyGuardrail: async (name, { stage, texts, signal }) => {
      const guardrail = configuration.bedrockGuardrails[name];
      if (!guardrail) throw new Error(`the configuration has no Bedrock guardrail "${name}"`);
      const region = guardrail.region ?? configuration.region ?? process.env.AWS_REGION;
      if (region === undefined) throw new Error('no region is configured');
      const source = stage === 'input' ? 'INPUT' : 'OUTPUT';
      const { id, version } = guardrail;
      return applyBedrockGuardrail({ guardrail: id, version, region, source, texts, signal });
    },
  };
}
