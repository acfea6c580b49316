/** What a key may do: call models, or administer the deployment. */
export type Scope = 'model:invoke' | 'admin';

/** Who makes a request. */
export interface Principal {
  readonly keyId: string;
  readonly tenantId: string;
  readonly projectId: string;
  readonly scopes: readonly string[];
}
