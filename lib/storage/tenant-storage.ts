import type { FunctionEnvironment } from '../config/environment.ts';
import { isSiloDeclared, siloKeyAlias } from '../config/silos.ts';
import { TenantCipher } from './tenant-cipher.ts';
import { createTenantClients, type TenantClients } from './tenant-clients.ts';
import { TenantObjectStore } from './tenant-object-store.ts';

/** All ways to what belongs to tenants, each with the tenant's own credentials. */
export interface TenantStorage extends TenantClients {
  readonly cipher: TenantCipher;
  readonly objects: TenantObjectStore;
}

/** Makes them from what a function is given. Nothing is loaded or called before it is used. */
export function openTenantStorage(
  environment: Pick<FunctionEnvironment, 'TENANT_ROLE' | 'DATA_KEY' | 'OBJECTS_BUCKET'>,
  deployment: { readonly name: string; readonly tenants: { readonly silos: readonly string[] } },
): TenantStorage {
  const clients = createTenantClients({ roleArn: environment.TENANT_ROLE });
  const { credentialsFor } = clients;
  return {
    ...clients,
    cipher: new TenantCipher({
      credentialsFor,
      keyFor: (tenantId) =>
        isSiloDeclared(deployment, tenantId) ? siloKeyAlias(deployment.name, tenantId) : environment.DATA_KEY,
    }),
    objects: new TenantObjectStore({ bucketName: environment.OBJECTS_BUCKET, credentialsFor }),
  };
}
