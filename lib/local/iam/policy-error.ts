/** A policy holds what IAM, or this evaluator, does not understand. The message names the policy and the place. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}
