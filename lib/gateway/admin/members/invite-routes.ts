import { rolePermissions } from '../../../tenancy/index.ts';
import { type Invite, inviteStatus } from '../../../tenancy/invites.ts';
import type { Route } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { answers } from '../tenants/answers.ts';
import type { Directory } from '../tenants/directory.ts';
import { pageQuery } from '../tenants/fields.ts';
import { listReply, seconds, secondsOrNull, wantedPage } from '../tenants/pages.ts';
import { refuseExceeding } from '../tenants/refuse-exceeding.ts';
import { nameOfRole, roleOfName } from './roles.ts';
import { invite, inviteCreation, inviteDeleted, inviteList } from './schemas.ts';

const base = '/v1/organization/invites';

/** Who may join a tenant by signing in. Nothing is sent: tell the person where to sign in. */
export function inviteRoutes(services: AdminServices, directory: Directory): readonly Route[] {
  const { invites, projects } = directory;
  const { shows, changes } = answers(services, directory);
  return [
    {
      method: 'GET',
      path: base,
      operationId: 'listInvites',
      summary: 'List the invites',
      access: 'members:read',
      query: pageQuery,
      response: { status: 200, description: 'Invites.', schema: inviteList },
      handle: shows(async (call, tenantId) =>
        listReply(await invites.page(tenantId, wantedPage(call)), describeInvite),
      ),
    },
    {
      method: 'POST',
      path: base,
      operationId: 'createInvite',
      summary: 'Let a person join who signs in with an address within a week',
      access: 'members:write',
      body: inviteCreation,
      response: { status: 200, description: 'The invite.', schema: invite },
      errors: [404, 409],
      handle: changes(async ({ principal, body }, tenantId) => {
        const role = roleOfName(body.role as Parameters<typeof roleOfName>[0]);
        refuseExceeding(principal, rolePermissions[role]);
        const wanted = (body.projects ?? []) as readonly { readonly id: string }[];
        const ids = [...new Set(wanted.map(({ id }) => id))];
        await Promise.all(ids.map((id) => projects.getActive(tenantId, id, principal.projectId)));
        return describeInvite(
          await invites.create(tenantId, { email: String(body.email), role, projects: ids }),
        );
      }),
    },
    {
      method: 'GET',
      path: `${base}/{invite_id}`,
      operationId: 'retrieveInvite',
      summary: 'Retrieve one invite',
      access: 'members:read',
      response: { status: 200, description: 'The invite.', schema: invite },
      errors: [404],
      handle: shows(async ({ parameters }, tenantId) =>
        describeInvite(await invites.get(tenantId, parameters.invite_id ?? '')),
      ),
    },
    {
      method: 'DELETE',
      path: `${base}/{invite_id}`,
      operationId: 'deleteInvite',
      summary: 'Withdraw an invite',
      access: 'members:write',
      response: { status: 200, description: 'It is withdrawn.', schema: inviteDeleted },
      errors: [404, 409],
      handle: changes(async ({ parameters: { invite_id: id = '' } }, tenantId) => {
        await invites.remove(tenantId, id);
        return { id, object: 'organization.invite.deleted', deleted: true };
      }),
    },
  ];
}

function describeInvite({ id, email, role, projects, ...times }: Invite) {
  return {
    id,
    object: 'organization.invite',
    email,
    role: nameOfRole(role),
    status: inviteStatus({ id, email, role, projects, ...times }, Date.now()),
    created_at: seconds(times.createdAtMs),
    expires_at: seconds(times.expiresAtMs),
    accepted_at: secondsOrNull(times.acceptedAtMs),
    projects: projects.map((project) => ({ id: project, role: 'member' })),
  };
}
