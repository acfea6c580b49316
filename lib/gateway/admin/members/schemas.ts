import * as z from 'zod';
import { deletedOf, epochSeconds, idField, listOf, pageFields, unused } from '../tenants/fields.ts';
import { organizationRoles } from './roles.ts';

const emailField = z.email().max(254);
const roleField = z.enum(organizationRoles);

const projectOfMember = z.object({ id: z.string(), name: z.string().nullable(), role: z.string() });

export const organizationUser = z
  .object({
    id: z.string(),
    object: z.literal('organization.user'),
    email: z.string(),
    name: z.string(),
    role: roleField,
    added_at: epochSeconds,
    created: epochSeconds,
    is_default: z.literal(false),
    is_service_account: z.literal(false),
    is_scim_managed: z.literal(false),
    has_signed_in: z.boolean(),
    projects: z.object({ object: z.literal('list'), data: z.array(projectOfMember) }),
    user: z.object({
      id: z.string(),
      object: z.literal('user'),
      email: z.string(),
      name: z.string(),
      enabled: z.literal(true),
    }),
  })
  .meta({ id: 'OrganizationUser' });

export const organizationUserList = listOf(organizationUser, 'ListOrganizationUsersResponse');

export const organizationUserQuery = z.object({
  ...pageFields,
  emails: z
    .union([emailField, z.array(emailField).max(100)])
    .optional()
    .describe('Only these.'),
});

export const organizationUserUpdate = z
  .strictObject({
    role: roleField.nullable().optional(),
    role_id: unused,
    developer_persona: unused,
    technical_level: unused,
  })
  .meta({ id: 'UpdateOrganizationUserRequest' });

export const organizationUserDeleted = deletedOf(
  'organization.user.deleted',
  'DeleteOrganizationUserResponse',
);

export const projectUser = z
  .object({
    id: z.string(),
    object: z.literal('organization.project.user'),
    email: z.string(),
    name: z.string(),
    role: z.enum(['owner', 'member']),
    added_at: epochSeconds,
  })
  .meta({ id: 'ProjectUser' });

export const projectUserList = listOf(projectUser, 'ListProjectUsersResponse');

const projectRoleField = z
  .enum(['member'])
  .describe('Who administers the tenant owns its projects; nobody else does.');

export const projectUserCreation = z
  .strictObject({
    role: projectRoleField,
    user_id: idField.nullable().optional(),
    email: emailField.nullable().optional(),
  })
  .meta({ id: 'CreateProjectUserRequest' });

export const projectUserUpdate = z
  .strictObject({ role: projectRoleField.nullable().optional() })
  .meta({ id: 'UpdateProjectUserRequest' });

export const projectUserDeleted = deletedOf('organization.project.user.deleted', 'DeleteProjectUserResponse');

export const invite = z
  .object({
    id: z.string(),
    object: z.literal('organization.invite'),
    email: z.string(),
    role: roleField,
    status: z.enum(['accepted', 'expired', 'pending']),
    created_at: epochSeconds,
    expires_at: epochSeconds,
    accepted_at: epochSeconds.nullable(),
    projects: z.array(z.object({ id: z.string(), role: z.literal('member') })),
  })
  .meta({ id: 'Invite' });

export const inviteList = listOf(invite, 'ListInvitesResponse');

export const inviteCreation = z
  .strictObject({
    email: emailField,
    role: roleField,
    projects: z
      .array(z.strictObject({ id: idField, role: projectRoleField }))
      .max(100)
      .optional(),
  })
  .meta({ id: 'CreateInviteRequest' });

export const inviteDeleted = deletedOf('organization.invite.deleted', 'DeleteInviteResponse');
