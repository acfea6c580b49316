import type { IGrantable } from 'aws-cdk-lib/aws-iam';

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
