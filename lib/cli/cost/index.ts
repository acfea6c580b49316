export { type CostAssumptions, defaultAssumptions } from './assumptions.ts';
export { type CostEstimate, estimateCost } from './estimate.ts';
export { formatEstimate } from './format-estimate.ts';
