import type { Member } from '../../../tenancy/member.ts';
import { ApiError } from '../../errors/api-error.ts';
import type { Route, RouteCall } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { answers } from '../tenants/answers.ts';
import type { Directory } from '../tenants/directory.ts';
import { pageQuery } from '../tenants/fields.ts';
import { listReply, seconds, wantedPage } from '../tenants/pages.ts';
import { projectRole } from './roles.ts';
import {
  projectUser,
  projectUserCreation,
  projectUserDeleted,
  projectUserList,
  projectUserUpdate,
} from './schemas.ts';

const base = '/v1/organization/projects/{project_id}/users';
const unguarded = { byMember: false };

/** Who of the tenant works in a project. */
export function projectUserRoutes(services: AdminServices, directory: Directory): readonly Route[] {
  const { members, keys, projects } = directory;
  const { shows, changes } = answers(services, directory);

  const inProject = async ({ parameters }: RouteCall, tenantId: string): Promise<Member> => {
    const { project_id: projectId = '', user_id: userId = '' } = parameters;
    const member = await members.find(tenantId, userId);
    if (member?.projects.includes(projectId)) return member;
    throw new ApiError(404, `There is no user '${userId}' in the project '${projectId}'.`, {
      code: 'not_found',
    });
  };

  return [
    {
      method: 'GET',
      path: base,
      operationId: 'listProjectUsers',
      summary: 'List the users of a project',
      access: 'members:read',
      query: pageQuery,
      response: { status: 200, description: 'Users.', schema: projectUserList },
      errors: [404],
      handle: shows(async (call, tenantId) => {
        const { project_id: projectId = '' } = call.parameters;
        await projects.get(tenantId, projectId, call.principal.projectId);
        const page = await members.page(tenantId, wantedPage(call), (member) =>
          member.projects.includes(projectId),
        );
        return listReply(page, describeProjectUser);
      }),
    },
    {
      method: 'POST',
      path: base,
      operationId: 'createProjectUser',
      summary: 'Add a user of the tenant to a project',
      access: 'members:write',
      body: projectUserCreation,
      response: { status: 200, description: 'The user.', schema: projectUser },
      errors: [404, 409],
      handle: changes(async ({ parameters, principal, body }, tenantId) => {
        const { project_id: projectId = '' } = parameters;
        await projects.getActive(tenantId, projectId, principal.projectId);
        const { id } = await findMember(directory, tenantId, body);
        const changed = await members.change(
          tenantId,
          id,
          (member) =>
            member.projects.includes(projectId)
              ? member
              : { ...member, projects: [...member.projects, projectId] },
          unguarded,
        );
        return describeProjectUser(changed);
      }),
    },
    {
      method: 'GET',
      path: `${base}/{user_id}`,
      operationId: 'retrieveProjectUser',
      summary: 'Retrieve one user of a project',
      access: 'members:read',
      response: { status: 200, description: 'The user.', schema: projectUser },
      errors: [404],
      handle: shows(async (call, tenantId) => describeProjectUser(await inProject(call, tenantId))),
    },
    {
      method: 'POST',
      path: `${base}/{user_id}`,
      operationId: 'updateProjectUser',
      summary: 'Set the role of a user in a project: member is the only one that can be set',
      access: 'members:write',
      body: projectUserUpdate,
      response: { status: 200, description: 'The user.', schema: projectUser },
      errors: [404],
      handle: changes(async (call, tenantId) => describeProjectUser(await inProject(call, tenantId))),
    },
    {
      method: 'DELETE',
      path: `${base}/{user_id}`,
      operationId: 'deleteProjectUser',
      summary: 'Take a user out of a project; its keys there end at once, everywhere within a minute',
      access: 'members:write',
      response: { status: 200, description: 'The user is not in it any more.', schema: projectUserDeleted },
      errors: [404],
      handle: changes(async (call, tenantId) => {
        const { project_id: projectId = '' } = call.parameters;
        const { id } = await inProject(call, tenantId);
        const endKeys = () => keys.revokeAllOf(tenantId, id, (record) => record.projectId === projectId);
        // Before, as a repetition finds nobody to take out; and after, for a key that was made in between.
        await endKeys();
        await members.change(
          tenantId,
          id,
          (member) => ({ ...member, projects: member.projects.filter((one) => one !== projectId) }),
          unguarded,
        );
        await endKeys();
        return { id, object: 'organization.project.user.deleted', deleted: true };
      }),
    },
  ];
}

/** @throws ApiError 400 without an id or an address, 404 where nobody has it */
async function findMember(
  { members }: Directory,
  tenantId: string,
  { user_id: userId, email }: RouteCall['body'],
): Promise<Member> {
  if (typeof userId === 'string') return members.get(tenantId, userId);
  if (typeof email !== 'string') {
    throw new ApiError(400, "Missing required parameter: 'user_id', or 'email'.", {
      param: 'user_id',
      code: 'missing_required_parameter',
    });
  }
  const member = await members.findByEmail(tenantId, email);
  if (member) return member;
  throw new ApiError(404, `There is no user with the address '${email}'. Invite it first.`, {
    param: 'email',
    code: 'not_found',
  });
}

function describeProjectUser({ id, email, name, role, addedAtMs }: Member) {
  return {
    id,
    object: 'organization.project.user',
    email,
    name,
    role: projectRole(role),
    added_at: seconds(addedAtMs),
  };
}
