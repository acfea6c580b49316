import { isDeployedWithIt } from '../../config/deployed-endpoints.ts';
import type { Configuration, ModelTarget } from '../../config/schema.ts';
import { priceCall } from '../../models/index.ts';
import { withPublishedPrices } from '../../models/prices/catalogue.ts';
import { pricingOf } from '../../models/prices/target-pricing.ts';
import type { CostAssumptions } from './assumptions.ts';

/** What a million requests to a model cost at its provider. */
export interface ModelCost {
  /** The name that callers use. */
  readonly model: string;
  readonly target: string;
  readonly basis: string;
  /** Null where the machine is billed by the hour, or the price is not known. */
  readonly usdPerMillionRequests: number | null;
  /** The model runs on an endpoint of the deployment, which is billed by the hour. */
  readonly isBilledByHour: boolean;
}

/** Prices every model by its first target: others take requests only when that one fails, or by their weight. */
export async function modelCosts(
  configuration: Configuration,
  assumed: CostAssumptions,
): Promise<ModelCost[]> {
  const costs = Object.entries(withPublishedPrices(configuration).models).map(
    async ([model, { targets }]) => {
      const [target] = targets;
      return target === undefined ? [] : [await priceTarget(model, target, configuration, assumed)];
    },
  );
  return (await Promise.all(costs)).flat();
}

async function priceTarget(
  model: string,
  target: ModelTarget,
  configuration: Configuration,
  { inputTokens, outputTokens, billedMs }: CostAssumptions,
): Promise<ModelCost> {
  const shown = { model, target: `${target.provider}/${target.model}`, isBilledByHour: false };
  const provider = configuration.providers[target.provider];
  const pricing = provider && pricingOf(target, provider);
  if (pricing === undefined) {
    const isBilledByHour = provider !== undefined && isDeployedWithIt(provider, configuration);
    const basis = isBilledByHour ? 'billed by the hour, below' : 'no price known; give the target one';
    return { ...shown, isBilledByHour, basis, usdPerMillionRequests: null };
  }
  const usage = { inputTokens, outputTokens, cachedInputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };
  const { costMicroUsd, source } = priceCall(
    { provider: target.provider, model: target.model, pricing },
    { ...usage, estimated: true },
    billedMs,
  );
  const basis =
    pricing.kind === 'included'
      ? 'runs in the function'
      : `${inputTokens} tokens in, ${outputTokens} out, price ${source}`;
  // Micro-dollars per request are dollars per million of them.
  return { ...shown, basis, usdPerMillionRequests: costMicroUsd };
}
