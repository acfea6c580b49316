import { grantedPermissions, roleOfKey } from '../../../tenancy/index.ts';
import type { Route } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { answers } from '../tenants/answers.ts';
import { openDirectory } from '../tenants/directory.ts';
import { listReply, wantedPage } from '../tenants/pages.ts';
import { refuseExceeding } from '../tenants/refuse-exceeding.ts';
import { createRoutes } from './create-routes.ts';
import { KeyDescriber } from './describe-key.ts';
import { chooseScopes, readExpiry } from './key-properties.ts';
import {
  projectKey,
  projectKeyDeleted,
  projectKeyList,
  projectKeyQuery,
  projectKeyUpdate,
} from './schemas.ts';
import { serviceAccountRoutes } from './service-account-routes.ts';

const base = '/v1/organization/projects/{project_id}/api_keys';

/** The API keys of projects, as OpenAI has them, and how they are made and rotated here. */
export function keysRoutes(services: AdminServices): readonly Route[] {
  const directory = openDirectory(services);
  const { keys, projects } = directory;
  const describer = new KeyDescriber(directory, services.configuration.environment);
  const { shows, changes } = answers(services, directory);
  return [
    {
      method: 'GET',
      path: base,
      operationId: 'listProjectApiKeys',
      summary: 'List the API keys of a project',
      access: 'keys:read',
      query: projectKeyQuery,
      response: { status: 200, description: 'Keys, without their secrets.', schema: projectKeyList },
      errors: [404],
      handle: shows(async (call, tenantId) => {
        const { project_id: projectId = '' } = call.parameters;
        await projects.get(tenantId, projectId, call.principal.projectId);
        const { owner_project_access: access = 'any' } = call.query;
        const page = await keys.page(
          tenantId,
          projectId,
          wantedPage(call),
          async (record) => access === 'any' || (access === 'active') === (await describer.hasAccess(record)),
        );
        return listReply(page, (record) => describer.describe(record));
      }),
    },
    {
      method: 'GET',
      path: `${base}/{key_id}`,
      operationId: 'retrieveProjectApiKey',
      summary: 'Retrieve one API key of a project',
      access: 'keys:read',
      response: { status: 200, description: 'The key, without its secret.', schema: projectKey },
      errors: [404],
      handle: shows(async ({ parameters }, tenantId) =>
        describer.describe(await keys.get(tenantId, parameters.key_id ?? '', parameters.project_id ?? '')),
      ),
    },
    {
      method: 'POST',
      path: `${base}/{key_id}`,
      operationId: 'updateProjectApiKey',
      summary: 'Change what an API key may do, or when it ends',
      access: 'keys:write',
      body: projectKeyUpdate,
      response: { status: 200, description: 'The key, changed.', schema: projectKey },
      errors: [404, 409],
      handle: changes(async ({ principal, parameters, body }, tenantId) => {
        const { key_id: keyId = '', project_id: projectId = '' } = parameters;
        const before = await keys.get(tenantId, keyId, projectId);
        const role = roleOfKey(before);
        refuseExceeding(principal, grantedPermissions(role, before.scopes));
        const scopes = body.scopes as readonly string[] | undefined;
        const change = {
          ...readExpiry(body),
          ...(scopes ? { scopes: chooseScopes(principal, role, scopes) } : {}),
        };
        return describer.describe(await keys.change(tenantId, keyId, change, projectId));
      }),
    },
    {
      method: 'DELETE',
      path: `${base}/{key_id}`,
      operationId: 'deleteProjectApiKey',
      summary: 'End an API key at once, everywhere within a minute',
      access: 'keys:write',
      response: { status: 200, description: 'It is ended.', schema: projectKeyDeleted },
      errors: [404],
      handle: changes(async ({ principal, parameters }, tenantId) => {
        const { key_id: keyId = '', project_id: projectId = '' } = parameters;
        const record = await keys.get(tenantId, keyId, projectId);
        refuseExceeding(principal, grantedPermissions(roleOfKey(record), record.scopes));
        await keys.revoke(tenantId, keyId, projectId);
        return { id: keyId, object: 'organization.project.api_key.deleted', deleted: true };
      }),
    },
    ...serviceAccountRoutes(services, directory),
    ...createRoutes(services, directory, describer),
  ];
}
