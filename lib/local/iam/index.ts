export { compilePolicy } from './compile-policy.ts';
export type { CompiledPolicy } from './compiled-policy.ts';
export { describeDenial, missingStatement } from './describe-denial.ts';
export { type ApplicablePolicies, evaluateAccess } from './evaluate-access.ts';
export { PolicyError } from './policy-error.ts';
export type {
  AccessRequest,
  ConditionContext,
  Decision,
  PolicySource,
  Principal,
  StatementId,
} from './types.ts';
