/** One of a tenant's policies, or one of the platform's, as it is stored among the settings. */
export interface PolicySetting {
  readonly id: string;
  /** For whom a policy refuses: told together with its id. */
  readonly description: string;
  /** False: it is kept and does not count. */
  readonly enabled: boolean;
  /** Cedar's text: one policy. */
  readonly policy: string;
  /** What the text was made from, where it was. */
  readonly template?: { readonly name: string; readonly parameters: TemplateParameters };
  /** What was found out when it was checked. */
  readonly facts: PolicyFacts;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export type TemplateParameters = Readonly<Record<string, string | readonly string[]>>;

/** What a decision has to know of a policy without reading it. */
export interface PolicyFacts {
  readonly effect: 'permit' | 'forbid';
  /** The actions that its scope names. Absent: it is about all. */
  readonly actions?: readonly string[];
  /** The attributes that it reads, of whatever. Absent: any of them. */
  readonly attributes?: readonly string[];
  /** The entity without which it says nothing: the caller, what the caller is in, or the resource. Absent: there is none. */
  readonly entity?: string;
}

/** An id of the caller's choice: part of a key in storage, and of the ids in records. */
export const policyIdForm = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** A decision over so many takes less than a millisecond. */
export const maxPolicies = 200;
/** Of Amazon Verified Permissions. https://docs.aws.amazon.com/verifiedpermissions/latest/userguide/quotas.html */
export const maxPolicyBytes = 10_000;
/** Of Amazon Verified Permissions, for the policies that can concern one resource. */
export const maxTotalBytes = 200_000;
