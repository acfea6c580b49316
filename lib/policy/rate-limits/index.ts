export type { RateAdmission } from './admission.ts';
export { LimitsUnavailable } from './limits-unavailable.ts';
export { defaultRuleId, partitionOf, type RateSubject } from './match-rules.ts';
export { RateLimits, type RateLimitsOptions, type RateRefusal, type RateRequest } from './rate-limits.ts';
export {
  type LimitLevel,
  type LimitRule,
  limitLevels,
  type MeterName,
  meterKinds,
  meterNames,
} from './rule.ts';
export type { MeterStanding, RateStanding } from './standing.ts';
