import type { JsonObject } from '../../../plugin/index.ts';
import type { Principal } from '../../../tenancy/index.ts';
import type { ServiceAccount } from '../../../tenancy/service-accounts.ts';
import { ApiError } from '../../errors/api-error.ts';
import type { Route } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { answers } from '../tenants/answers.ts';
import { type Directory, ownerCheck } from '../tenants/directory.ts';
import { pageQuery } from '../tenants/fields.ts';
import { listReply, seconds, secondsOrNull, wantedPage } from '../tenants/pages.ts';
import { chooseScopes, readExpiry } from './key-properties.ts';
import {
  accountKey,
  accountKeyCreation,
  createdServiceAccount,
  serviceAccount,
  serviceAccountCreation,
  serviceAccountDeleted,
  serviceAccountList,
  serviceAccountUpdate,
} from './service-account-schemas.ts';

const base = '/v1/organization/projects/{project_id}/service_accounts';

/** Programs of projects and their keys, as OpenAI has them. */
export function serviceAccountRoutes(services: AdminServices, directory: Directory): readonly Route[] {
  const { accounts, keys, projects } = directory;
  const { shows, changes, reveals } = answers(services, directory);

  const createKey = async (
    principal: Principal,
    tenantId: string,
    projectId: string,
    account: ServiceAccount,
    body: JsonObject,
  ) => {
    const scopes = chooseScopes(principal, 'member', body.scopes as readonly string[] | undefined);
    const { plaintext, record } = await keys.create(
      tenantId,
      {
        projectId,
        name: String(body.name ?? account.name),
        role: 'member',
        scopes,
        userId: account.id,
        ...readExpiry(body),
      },
      ownerCheck(directory, tenantId, projectId),
    );
    return {
      id: record.keyId,
      object: 'organization.project.service_account.api_key',
      name: record.name,
      created_at: seconds(record.createdAtMs),
      expires_at: secondsOrNull(record.expiresAtMs),
      value: plaintext,
    };
  };

  return [
    {
      method: 'GET',
      path: base,
      operationId: 'listServiceAccounts',
      summary: 'List the service accounts of a project',
      access: 'keys:read',
      query: pageQuery,
      response: { status: 200, description: 'Service accounts.', schema: serviceAccountList },
      errors: [404],
      handle: shows(async (call, tenantId) => {
        const { project_id: projectId = '' } = call.parameters;
        await projects.get(tenantId, projectId, call.principal.projectId);
        return listReply(await accounts.page(tenantId, projectId, wantedPage(call)), describeAccount);
      }),
    },
    {
      method: 'POST',
      path: base,
      operationId: 'createServiceAccount',
      summary: 'Make a service account, with a key that is shown this once',
      access: 'keys:write',
      body: serviceAccountCreation,
      response: { status: 200, description: 'The account and its key.', schema: createdServiceAccount },
      errors: [404, 409],
      handle: reveals(async ({ principal, parameters, body }, tenantId) => {
        const { project_id: projectId = '' } = parameters;
        const { create_service_account_only: withoutKey, ...key } = body;
        if (withoutKey === true && typeof body.expires_in_seconds === 'number') {
          throw new ApiError(400, 'An account without a key takes no `expires_in_seconds`.', {
            param: 'expires_in_seconds',
            code: 'invalid_value',
          });
        }
        await projects.getActive(tenantId, projectId, principal.projectId);
        chooseScopes(principal, 'member', undefined);
        const account = await accounts.create(tenantId, projectId, {
          name: String(body.name),
          role: withoutKey === true ? 'none' : 'member',
        });
        return {
          ...describeAccount(account),
          api_key: withoutKey === true ? null : await createKey(principal, tenantId, projectId, account, key),
        };
      }),
    },
    {
      method: 'GET',
      path: `${base}/{account_id}`,
      operationId: 'retrieveServiceAccount',
      summary: 'Retrieve one service account',
      access: 'keys:read',
      response: { status: 200, description: 'The account.', schema: serviceAccount },
      errors: [404],
      handle: shows(async ({ parameters: { project_id: projectId = '', account_id: id = '' } }, tenantId) =>
        describeAccount(await accounts.get(tenantId, projectId, id)),
      ),
    },
    {
      method: 'POST',
      path: `${base}/{account_id}`,
      operationId: 'updateServiceAccount',
      summary: 'Rename a service account, or let it have keys',
      access: 'keys:write',
      body: serviceAccountUpdate,
      response: { status: 200, description: 'The account, changed.', schema: serviceAccount },
      errors: [404, 409],
      handle: changes(
        async ({ parameters: { project_id: projectId = '', account_id: id = '' }, body }, tenantId) =>
          describeAccount(
            await accounts.update(tenantId, projectId, id, {
              ...(body.name === undefined ? {} : { name: String(body.name) }),
              ...(body.role === undefined ? {} : { role: 'member' }),
            }),
          ),
      ),
    },
    {
      method: 'DELETE',
      path: `${base}/{account_id}`,
      operationId: 'deleteServiceAccount',
      summary: 'Remove a service account; its keys end at once, everywhere within a minute',
      access: 'keys:write',
      response: { status: 200, description: 'It is removed.', schema: serviceAccountDeleted },
      errors: [404],
      handle: changes(
        async ({ parameters: { project_id: projectId = '', account_id: id = '' } }, tenantId) => {
          await accounts.remove(tenantId, projectId, id, () => keys.revokeAllOf(tenantId, id));
          return { id, object: 'organization.project.service_account.deleted', deleted: true };
        },
      ),
    },
    {
      method: 'POST',
      path: `${base}/{account_id}/api_keys`,
      operationId: 'createServiceAccountApiKey',
      summary: 'Make another key of a service account, shown this once',
      access: 'keys:write',
      body: accountKeyCreation,
      response: { status: 200, description: 'The key.', schema: accountKey },
      errors: [404, 409],
      handle: reveals(async ({ principal, parameters, body }, tenantId) => {
        const { project_id: projectId = '', account_id: id = '' } = parameters;
        await projects.getActive(tenantId, projectId, principal.projectId);
        const account = await accounts.get(tenantId, projectId, id);
        if (account.role === 'none') {
          throw new ApiError(409, 'The account may have no keys. Give it the role "member" first.', {
            code: 'conflict',
          });
        }
        return createKey(principal, tenantId, projectId, account, body);
      }),
    },
  ];
}

function describeAccount({ id, name, role, createdAtMs }: ServiceAccount) {
  return {
    id,
    object: 'organization.project.service_account',
    name,
    role,
    created_at: seconds(createdAtMs),
  };
}
