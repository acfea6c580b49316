import type { PolicySource } from '../iam/index.ts';

/** Who may do what in a deployment, as its templates say. Plain data, so that it can be sent to another thread. */
export interface AccessTable {
  readonly accountId: string;
  readonly region: string;
  readonly roles: readonly RoleAccess[];
  readonly resources: readonly ProtectedResource[];
}

/** A role and all policies that bound it. */
export interface RoleAccess {
  readonly arn: string;
  readonly name: string;
  /** `AROA…`. */
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Who may assume the role. */
  readonly trust: PolicySource;
  readonly identity: readonly PolicySource[];
  /** @default - the role has no permissions boundary */
  readonly boundary?: readonly PolicySource[];
  /**
   * The policies of the VPC endpoints through which the role's function reaches services, by service as in an action;
   * others it does not reach. @default - the function is in no VPC and reaches all
   */
  readonly endpoints?: Readonly<Record<string, PolicySource>>;
}

/** A resource that has a policy of its own, or is encrypted, or whose keys conditions may name. */
export interface ProtectedResource {
  readonly arn: string;
  /** `Stack.LogicalId`. */
  readonly name: string;
  /** @default - the resource has no policy of its own */
  readonly policy?: PolicySource;
  /** ARN of the customer-managed key that encrypts it. @default - one of AWS's own, which needs no permission */
  readonly keyArn?: string;
  /** Name of a table's partition key. */
  readonly partitionKey?: string;
}
