export {
  applyBedrockGuardrail,
  type BedrockGuardrailAnswer,
  type BedrockGuardrailCall,
} from './guardrails/apply-bedrock-guardrail.ts';
export {
  type ModerationAnswer,
  type ModerationCall,
  type ModerationResult,
  moderate,
} from './guardrails/moderate.ts';
export { type BoundPrecision, type BoundRequest, boundCost } from './prices/cost-bound.ts';
export { type CallPrice, type PricedTarget, priceCall } from './prices/price-call.ts';
export { createProvider } from './providers/create-provider.ts';
export { createRouter, type RouterOptions } from './routing/router.ts';
export type { Attempt, RoutedAnswer, RoutedTarget, RouteRequest, Router } from './routing/router-types.ts';
export { RoutingError } from './routing/routing-error.ts';
export { countCall } from './tokens/count-call.ts';
