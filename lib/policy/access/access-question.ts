import type { Principal } from '../../tenancy/index.ts';

/** Who asks, as policies see it. */
export type Asker = Pick<Principal, 'kind' | 'keyId' | 'tenantId' | 'projectId' | 'role' | 'userId'>;

/** What policies can be about. */
export type AccessAction = 'invokeModel' | 'tune' | 'readDocuments';

/** What the caller does it to, with the attributes that the schema has for it. */
export interface AccessResource {
  readonly type: 'Model' | 'VectorStore';
  readonly id: string;
  readonly attributes: Readonly<Record<string, boolean | readonly string[]>>;
}

/** Under what circumstances. The names are the schema's. */
export interface AccessContext {
  readonly dataClass?: string;
  /** An address that is none counts as absent. */
  readonly sourceIp?: string;
  readonly endUser?: string;
  /** When the request arrived, in epoch milliseconds. */
  readonly atMs: number;
  readonly operation?: string;
  readonly stream?: boolean;
  readonly maxTokens?: number;
  readonly region?: string;
  readonly provider?: string;
  readonly selfHosted?: boolean;
}

/** One thing to decide. */
export interface AccessQuestion {
  readonly asker: Asker;
  readonly action: AccessAction;
  readonly resource: AccessResource;
  readonly context: AccessContext;
}

/** What a policy set says to it. */
export interface PolicyAnswer {
  readonly allowed: boolean;
  /** The policies that decided it; none where nothing forbids and nothing needs to permit. */
  readonly policyIds: readonly string[];
}
