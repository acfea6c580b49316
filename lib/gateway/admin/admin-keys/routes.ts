import type { ApiKeyRecord } from '../../../storage/api-key-store.ts';
import { grantedPermissions, type Role, redactApiKey, roleOfKey } from '../../../tenancy/index.ts';
import { ApiError } from '../../errors/api-error.ts';
import type { Route } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { chooseScopes, readExpiry, readRanges } from '../keys/key-properties.ts';
import { answers } from '../tenants/answers.ts';
import { openDirectory, ownerCheck } from '../tenants/directory.ts';
import { listReply, seconds, secondsOrNull, wantedPage } from '../tenants/pages.ts';
import { refuseExceeding } from '../tenants/refuse-exceeding.ts';
import {
  adminKey,
  adminKeyCreation,
  adminKeyDeleted,
  adminKeyList,
  adminKeyQuery,
  createdAdminKey,
} from './schemas.ts';

const base = '/v1/organization/admin_api_keys';
/** They are the tenant's, and no project's. */
const projectId = '';

/** The keys that administer a tenant, as OpenAI has them. */
export function adminKeysRoutes(services: AdminServices): readonly Route[] {
  const directory = openDirectory(services);
  const { keys, members } = directory;
  const { shows, changes, reveals } = answers(services, directory);

  const describe = async (record: ApiKeyRecord) => {
    const { keyId, name, tenantId, scopes, sourceRanges, userId } = record;
    const role = roleOfKey(record);
    const owner = userId === undefined ? undefined : await members.find(tenantId, userId);
    return {
      id: keyId,
      object: 'organization.admin_api_key',
      name,
      redacted_value: redactApiKey({ environment: services.configuration.environment, keyId }),
      created_at: seconds(record.createdAtMs),
      expires_at: secondsOrNull(record.expiresAtMs),
      last_used_at: secondsOrNull(record.lastUsedAtMs),
      owner: {
        type: 'user',
        object: 'organization.user',
        role: 'owner',
        ...(owner && { id: owner.id, name: owner.name, created_at: seconds(owner.addedAtMs) }),
      },
      role,
      scopes: [...grantedPermissions(role, scopes)].sort(),
      source_ranges: sourceRanges ?? null,
    };
  };

  return [
    {
      method: 'GET',
      path: base,
      operationId: 'listAdminApiKeys',
      summary: 'List the keys that administer the tenant',
      access: 'keys:read',
      query: adminKeyQuery,
      response: { status: 200, description: 'Keys, without their secrets.', schema: adminKeyList },
      handle: shows(async (call, tenantId) =>
        listReply(await keys.page(tenantId, projectId, wantedPage(call)), describe),
      ),
    },
    {
      method: 'POST',
      path: base,
      operationId: 'createAdminApiKey',
      summary: 'Make a key that administers the tenant, shown this once',
      access: 'keys:write',
      body: adminKeyCreation,
      response: { status: 200, description: 'The key.', schema: createdAdminKey },
      handle: reveals(async ({ principal, body }, tenantId) => {
        const role = (body.role ?? 'tenant-admin') as Role;
        const { userId, homeTenantId } = principal;
        const isMemberHere = userId !== undefined && homeTenantId === tenantId;
        const { plaintext, record } = await keys.create(
          tenantId,
          {
            projectId,
            name: String(body.name),
            role,
            scopes: chooseScopes(principal, role, body.scopes as readonly string[] | undefined),
            ...readExpiry(body),
            ...readRanges(body),
            // It ends with the person who made it.
            ...(isMemberHere && { userId }),
          },
          ownerCheck(directory, tenantId, projectId),
        );
        return { ...(await describe(record)), value: plaintext };
      }),
    },
    {
      method: 'GET',
      path: `${base}/{key_id}`,
      operationId: 'retrieveAdminApiKey',
      summary: 'Retrieve one key that administers the tenant',
      access: 'keys:read',
      response: { status: 200, description: 'The key, without its secret.', schema: adminKey },
      errors: [404],
      handle: shows(async ({ parameters }, tenantId) =>
        describe(await keys.get(tenantId, parameters.key_id ?? '', projectId)),
      ),
    },
    {
      method: 'DELETE',
      path: `${base}/{key_id}`,
      operationId: 'deleteAdminApiKey',
      summary: 'End a key that administers the tenant; not the one that this is called with',
      access: 'keys:write',
      response: { status: 200, description: 'It is ended.', schema: adminKeyDeleted },
      errors: [404, 409],
      handle: changes(async ({ principal, parameters: { key_id: keyId = '' } }, tenantId) => {
        const record = await keys.get(tenantId, keyId, projectId);
        refuseExceeding(principal, grantedPermissions(roleOfKey(record), record.scopes));
        if (keyId === principal.keyId) {
          throw new ApiError(409, 'A key cannot end itself: the last one would leave nobody to administer.', {
            code: 'conflict',
          });
        }
        await keys.revoke(tenantId, keyId, projectId);
        return { id: keyId, object: 'organization.admin_api_key.deleted', deleted: true };
      }),
    },
  ];
}
