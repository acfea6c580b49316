import type { IGrantable, IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/**
 * A resource that a function can be given with `BundledFunction.uses`.
 *
 * @typeParam Operation - names of the service's API operations, for example `GetItem`
 */
export interface UsableResource<Operation extends string> {
  /** What the function's variable holds: the name or ARN by which it addresses the resource. */
  readonly address: string;
  /** Allows these operations on the resource and no others, with what they need of its encryption key. */
  allow(grantee: IGrantable, operations: readonly Operation[]): void;
}

/**
 * A resource that holds what belongs to tenants, with which a function deals for one of them at a time
 * (`BundledFunction.actsFor`).
 *
 * @typeParam Operation - names of the service's API operations, for example `GetItem`
 */
export interface TenantResource<Operation extends string> {
  /** What the function's variable holds: the name or ARN by which it addresses the resource. */
  readonly address: string;
  /**
   * Allows these operations on what belongs to the tenant that the caller's session is tagged with, and on nothing else.
   *
   * @returns the statements that say so
   */
  allowOwn(tenants: IRole, operations: readonly Operation[]): readonly PolicyStatement[];
}

/** The id of the tenant whose session a caller has, as a policy says it. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: an IAM policy variable
export const OWN_TENANT = '${aws:PrincipalTag/tenantId}';
