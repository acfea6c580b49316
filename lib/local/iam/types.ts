/** Keys in lower case (`aws:principaltag/tenantid`); a key may have several values. */
export type ConditionContext = ReadonlyMap<string, readonly string[]>;

/** Who asks. */
export interface Principal {
  readonly kind: 'role' | 'service' | 'account' | 'anonymous';
  /** A role's ARN, a service's name such as `logs.amazonaws.com`, or an account's id. */
  readonly arn: string;
  readonly accountId: string;
  /** ARN of the session of a role. @default - the role itself asks */
  readonly sessionArn?: string;
}

/** One action on one resource. */
export interface AccessRequest {
  /** Such as `dynamodb:GetItem`. */
  readonly action: string;
  /** An ARN, or `*` for an action that has no resource. */
  readonly resource: string;
  readonly context: ConditionContext;
  readonly principal: Principal;
}

/** A policy document as a template holds it. */
export interface PolicySource {
  /** Names the policy in messages. */
  readonly name: string;
  readonly document: unknown;
}

/** Names a statement. */
export interface StatementId {
  readonly policy: string;
  /** Its Sid, or its number, counted from 0. */
  readonly statement: string;
  /** The pattern of the action that matched, as the policy writes it. */
  readonly action?: string;
}

export type Decision =
  | {
      readonly allowed: true;
      /** One statement of each kind of policy that had to allow it. */
      readonly by: readonly StatementId[];
    }
  | {
      readonly allowed: false;
      /** A statement denies, or none allows. */
      readonly kind: 'explicit' | 'implicit';
      /** The statement that denies. */
      readonly by?: StatementId;
      /**
       * In AWS's words, such as `no identity-based policy allows the dynamodb:Query action`, and then the statement that
       * came nearest, with what it asks for and what the request has.
       */
      readonly because: string;
    };
