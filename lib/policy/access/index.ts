export { AccessPolicies } from './access-policies.ts';
export type { AccessAction, AccessContext, Asker } from './access-question.ts';
export {
  decideModelUse,
  type ModelDecision,
  type ModelQuestion,
  type TargetDecision,
} from './decide-model-use.ts';
export { type ModelFacts, modelFacts, type TargetFacts } from './model-facts.ts';
export type { PolicySet } from './policy-set.ts';
export {
  maxPolicies,
  maxPolicyBytes,
  maxTotalBytes,
  type PolicyFacts,
  type PolicySetting,
  policyIdForm,
  type TemplateParameters,
} from './policy-setting.ts';
