import { roleAssumer } from './assume-role.ts';
import { DynamoDb } from './aws/dynamodb.ts';
import type { ServiceLocation } from './aws/service-location.ts';
import type { ClientFor } from './client-for.ts';
import { RecentValues } from './recent-values.ts';
import { type CredentialsProvider, TenantSession } from './tenant-session.ts';

/** The credentials that reach one tenant's data and no other's. */
export type CredentialsFor = (tenantId: string) => CredentialsProvider;

export interface TenantClientsOptions {
  /** The role that functions take on, tagged with a tenant's id. */
  readonly roleArn: string;
  readonly sts?: ServiceLocation;
  /** Where DynamoDB is. @default - found by the region and `AWS_ENDPOINT_URL_DYNAMODB` */
  readonly endpoint?: string;
  readonly region?: string;
  /** Milliseconds since 1970. @default - the system's clock */
  readonly now?: () => number;
  /** How many tenants' sessions are kept; beyond it, the one that was not used for the longest goes. @default 1000 */
  readonly mostTenants?: number;
}

export interface TenantClients {
  /** DynamoDB with a tenant's credentials. All tenants share the connections, which know no tenant: each request's signature does. */
  readonly clientFor: ClientFor;
  readonly credentialsFor: CredentialsFor;
}

/** As in `lib/tenancy`: nothing that means something in a policy, a key or a path. */
const tenantIdForm = /^[a-z][a-z0-9-]{1,38}[a-z0-9]$/;

/**
 * Access to the data of tenants, each with a session of its own of the role that reaches only the data of the tenant that
 * the session is tagged with. What belongs to no tenant is the reserved tenant `platform`'s, and reached the same way.
 */
export function createTenantClients(options: TenantClientsOptions): TenantClients {
  const { roleArn, sts = {}, now, mostTenants = 1_000 } = options;
  const location = {
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    ...(options.region !== undefined && { region: options.region }),
  };
  const open = roleAssumer(roleArn, sts);
  const tenants = new RecentValues(mostTenants, (tenantId) => {
    if (!tenantIdForm.test(tenantId)) throw new Error(`"${tenantId}" is no tenant's id`);
    const session = new TenantSession(() => open(tenantId), now);
    return { session, client: new DynamoDb({ ...location, credentials: session.credentials }) };
  });
  return {
    clientFor: (tenantId) => tenants.get(tenantId).client,
    credentialsFor: (tenantId) => tenants.get(tenantId).session.credentials,
  };
}
