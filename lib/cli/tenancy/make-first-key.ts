import { ApiKeys, type ApiKeysOptions } from '../../tenancy/api-keys.ts';
import type { CreatedApiKey, Scope } from '../../tenancy/index.ts';
import { Projects } from '../../tenancy/projects.ts';
import { Tenants } from '../../tenancy/tenants.ts';

export interface FirstKey {
  readonly tenant: string;
  /** The tenant's project; of no meaning for a key that administers. */
  readonly project: string;
  /** What people call the key. */
  readonly name: string;
  /** `admin` for one that administers the deployment. */
  readonly scope: Extract<Scope, 'model:invoke' | 'admin'>;
}

/**
 * Makes a key before there is one that could make it, by the tables themselves, and what it belongs to: the tenant and
 * the project, where nobody has made them.
 */
export async function makeFirstKey(
  options: ApiKeysOptions,
  { tenant, project, name, scope }: FirstKey,
): Promise<CreatedApiKey> {
  const administers = scope === 'admin';
  await new Tenants(options.documents).ensure(tenant);
  if (!administers) await new Projects(options.documents).ensure(tenant, project);
  return new ApiKeys(options).create(
    tenant,
    {
      projectId: administers ? '' : project,
      name,
      role: administers ? 'platform-admin' : 'member',
      scopes: [scope],
    },
    async () => true,
  );
}
