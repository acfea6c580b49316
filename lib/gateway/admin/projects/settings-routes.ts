import type { Project } from '../../../tenancy/index.ts';
import type { Route } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { answers } from '../tenants/answers.ts';
import type { Directory } from '../tenants/directory.ts';
import { seconds } from '../tenants/pages.ts';
import { ownProjectCreation, projectSettings, projectSettingsUpdate } from './schemas.ts';

const base = '/v1/openclaw/projects';

/** What a project has here beyond OpenAI's: an id of one's choice, a response cache, a class of data. */
export function projectSettingsRoutes(services: AdminServices, directory: Directory): readonly Route[] {
  const { projects } = directory;
  const { shows, changes } = answers(services, directory);
  return [
    {
      method: 'POST',
      path: base,
      operationId: 'createNamedProject',
      summary: 'Make a project with an id of your choice',
      access: 'projects:write',
      body: ownProjectCreation,
      response: { status: 200, description: 'The project.', schema: projectSettings },
      errors: [409],
      handle: changes(async ({ body }, tenantId) => {
        const id = String(body.id);
        return describeSettings(await projects.create(tenantId, String(body.name ?? id), id));
      }),
    },
    {
      method: 'GET',
      path: `${base}/{project_id}`,
      operationId: 'retrieveProjectSettings',
      summary: 'Retrieve the settings of a project that OpenAI does not have',
      access: 'projects:read',
      response: { status: 200, description: 'The settings.', schema: projectSettings },
      errors: [404],
      handle: shows(async ({ parameters, principal }, tenantId) =>
        describeSettings(await projects.get(tenantId, parameters.project_id ?? '', principal.projectId)),
      ),
    },
    {
      method: 'POST',
      path: `${base}/{project_id}`,
      operationId: 'updateProjectSettings',
      summary: 'Change the settings of a project that OpenAI does not have; null removes one',
      access: 'projects:write',
      body: projectSettingsUpdate,
      response: { status: 200, description: 'The settings, changed.', schema: projectSettings },
      errors: [404, 409],
      handle: changes(async ({ parameters, principal, body }, tenantId) => {
        const cache = body.response_cache as { readonly ttl_seconds: number } | null | undefined;
        const changed = await projects.update(
          tenantId,
          parameters.project_id ?? '',
          {
            ...(body.name === undefined ? {} : { name: String(body.name) }),
            ...(body.data_class === undefined ? {} : { dataClass: body.data_class as string | null }),
            ...(cache === undefined
              ? {}
              : { responseCache: cache === null ? null : { ttlSeconds: cache.ttl_seconds } }),
          },
          principal.projectId,
        );
        return describeSettings(changed);
      }),
    },
  ];
}

function describeSettings({ id, name, status, createdAtMs, responseCache, dataClass }: Project) {
  return {
    id,
    object: 'openclaw.project',
    name,
    status,
    created_at: seconds(createdAtMs),
    response_cache: responseCache ? { ttl_seconds: responseCache.ttlSeconds } : null,
    data_class: dataClass ?? null,
  };
}
