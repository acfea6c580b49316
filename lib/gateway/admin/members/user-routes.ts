import {
  exceedingPermission,
  grantedPermissions,
  type Role,
  roleOfKey,
  rolePermissions,
} from '../../../tenancy/index.ts';
import { type Member, normalizeEmail } from '../../../tenancy/member.ts';
import type { Route, RouteCall } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { answers } from '../tenants/answers.ts';
import type { Directory } from '../tenants/directory.ts';
import { listReply, seconds, wantedPage } from '../tenants/pages.ts';
import { refuseExceeding } from '../tenants/refuse-exceeding.ts';
import { nameOfRole, projectRole, roleOfName } from './roles.ts';
import {
  organizationUser,
  organizationUserDeleted,
  organizationUserList,
  organizationUserQuery,
  organizationUserUpdate,
} from './schemas.ts';

const base = '/v1/organization/users';

/** The people of a tenant. They come by an invite, and with their first sign-in. */
export function userRoutes(services: AdminServices, directory: Directory): readonly Route[] {
  const { members, keys, invites } = directory;
  const { shows, changes } = answers(services, directory);
  return [
    {
      method: 'GET',
      path: base,
      operationId: 'listUsers',
      summary: 'List the users',
      access: 'members:read',
      query: organizationUserQuery,
      response: { status: 200, description: 'Users.', schema: organizationUserList },
      handle: shows(async (call, tenantId) => {
        const emails = wantedEmails(call);
        const page = await members.page(
          tenantId,
          wantedPage(call),
          ({ email }) => emails === undefined || emails.has(email),
        );
        return listReply(page, describeUser);
      }),
    },
    {
      method: 'GET',
      path: `${base}/{user_id}`,
      operationId: 'retrieveUser',
      summary: 'Retrieve one user',
      access: 'members:read',
      response: { status: 200, description: 'The user.', schema: organizationUser },
      errors: [404],
      handle: shows(async ({ parameters }, tenantId) =>
        describeUser(await members.get(tenantId, parameters.user_id ?? '')),
      ),
    },
    {
      method: 'POST',
      path: `${base}/{user_id}`,
      operationId: 'updateUser',
      summary: 'Change the role of a user; keys of the user that may more than the new role end',
      access: 'members:write',
      body: organizationUserUpdate,
      response: { status: 200, description: 'The user, changed.', schema: organizationUser },
      errors: [404, 409],
      handle: changes(async (call, tenantId) => {
        const { principal, parameters, body } = call;
        const { user_id: userId = '' } = parameters;
        const before = await members.get(tenantId, userId);
        if (typeof body.role !== 'string') return describeUser(before);
        const role = roleOfName(body.role as Parameters<typeof roleOfName>[0]);
        for (const affected of [before.role, role]) refuseExceeding(principal, rolePermissions[affected]);
        const changed = await members.change(
          tenantId,
          userId,
          (member) => ({ ...member, role }),
          byWhom(call),
        );
        await keys.revokeAllOf(tenantId, userId, (record) => exceeds(roleOfKey(record), record.scopes, role));
        return describeUser(changed);
      }),
    },
    {
      method: 'DELETE',
      path: `${base}/{user_id}`,
      operationId: 'deleteUser',
      summary: 'Remove a user; its keys end at once, everywhere within a minute',
      access: 'members:write',
      response: { status: 200, description: 'The user is removed.', schema: organizationUserDeleted },
      errors: [404, 409],
      handle: changes(async (call, tenantId) => {
        const { user_id: userId = '' } = call.parameters;
        // One who is half removed is not there any more, and still to be removed.
        const member = await members.find(tenantId, userId);
        if (member) refuseExceeding(call.principal, rolePermissions[member.role]);
        const stop = async ({ email }: Member) => {
          await invites.removeAllOf(tenantId, email);
          await keys.revokeAllOf(tenantId, userId);
        };
        await members.remove(tenantId, userId, stop, byWhom(call));
        return { id: userId, object: 'organization.user.deleted', deleted: true };
      }),
    },
  ];
}

/** Who asks as a person, or by a person's key, is one of the members. */
function byWhom({ principal }: RouteCall): { readonly byMember: boolean } {
  return { byMember: principal.kind === 'person' || principal.userId !== undefined };
}

function exceeds(keyRole: Role, scopes: readonly string[], role: Role): boolean {
  return exceedingPermission(grantedPermissions(keyRole, scopes), rolePermissions[role]) !== undefined;
}

function wantedEmails({ query: { emails } }: RouteCall): ReadonlySet<string> | undefined {
  if (emails === undefined) return undefined;
  return new Set((typeof emails === 'string' ? [emails] : emails).map(normalizeEmail));
}

function describeUser({ id, email, name, role, addedAtMs, identity, projects }: Member) {
  return {
    id,
    object: 'organization.user',
    email,
    name,
    role: nameOfRole(role),
    added_at: seconds(addedAtMs),
    created: seconds(addedAtMs),
    is_default: false,
    is_service_account: false,
    is_scim_managed: false,
    has_signed_in: identity !== undefined,
    projects: {
      object: 'list',
      data: projects.map((project) => ({ id: project, name: null, role: projectRole(role) })),
    },
    user: { id, object: 'user', email, name, enabled: true },
  };
}
