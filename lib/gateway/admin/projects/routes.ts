import type { Project } from '../../../tenancy/index.ts';
import type { Route } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { answers } from '../tenants/answers.ts';
import { openDirectory } from '../tenants/directory.ts';
import { listReply, seconds, secondsOrNull, wantedPage } from '../tenants/pages.ts';
import { project, projectCreation, projectList, projectQuery, projectUpdate } from './schemas.ts';
import { projectSettingsRoutes } from './settings-routes.ts';

const base = '/v1/organization/projects';

/** The projects of a tenant, as OpenAI has them. */
export function projectsRoutes(services: AdminServices): readonly Route[] {
  const directory = openDirectory(services);
  const { projects } = directory;
  const { shows, changes } = answers(services, directory);
  return [
    {
      method: 'GET',
      path: base,
      operationId: 'listProjects',
      summary: 'List the projects',
      access: 'projects:read',
      query: projectQuery,
      response: { status: 200, description: 'Projects.', schema: projectList },
      handle: shows(async (call, tenantId) => {
        const includeArchived = call.query.include_archived === 'true';
        return listReply(
          await projects.page(tenantId, wantedPage(call), { includeArchived }),
          describeProject,
        );
      }),
    },
    {
      method: 'POST',
      path: base,
      operationId: 'createProject',
      summary: 'Make a project',
      access: 'projects:write',
      body: projectCreation,
      response: { status: 200, description: 'The project.', schema: project },
      handle: changes(async ({ body }, tenantId) =>
        describeProject(await projects.create(tenantId, String(body.name))),
      ),
    },
    {
      method: 'GET',
      path: `${base}/{project_id}`,
      operationId: 'retrieveProject',
      summary: 'Retrieve one project',
      access: 'projects:read',
      response: { status: 200, description: 'The project.', schema: project },
      errors: [404],
      handle: shows(async ({ parameters, principal }, tenantId) =>
        describeProject(await projects.get(tenantId, parameters.project_id ?? '', principal.projectId)),
      ),
    },
    {
      method: 'POST',
      path: `${base}/{project_id}`,
      operationId: 'updateProject',
      summary: 'Rename a project',
      access: 'projects:write',
      body: projectUpdate,
      response: { status: 200, description: 'The project, changed.', schema: project },
      errors: [404, 409],
      handle: changes(async ({ parameters, principal, body }, tenantId) => {
        const change = typeof body.name === 'string' ? { name: body.name } : {};
        const { project_id: id = '' } = parameters;
        return describeProject(await projects.update(tenantId, id, change, principal.projectId));
      }),
    },
    {
      method: 'POST',
      path: `${base}/{project_id}/archive`,
      operationId: 'archiveProject',
      summary: 'Close a project for good; its API keys stop',
      access: 'projects:write',
      response: { status: 200, description: 'The project, archived.', schema: project },
      errors: [404, 409],
      handle: changes(async ({ parameters, principal }, tenantId) =>
        describeProject(await projects.archive(tenantId, parameters.project_id ?? '', principal.projectId)),
      ),
    },
    ...projectSettingsRoutes(services, directory),
  ];
}

function describeProject({ id, name, status, createdAtMs, archivedAtMs }: Project) {
  return {
    id,
    object: 'organization.project',
    name,
    status,
    created_at: seconds(createdAtMs),
    archived_at: secondsOrNull(archivedAtMs),
    external_key_id: null,
  };
}
