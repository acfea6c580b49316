/** Everything that a caller can be allowed to do, by what it is done to. */
export const permissions = [
  'model:invoke',
  'tenants:read',
  'tenants:write',
  'projects:read',
  'projects:write',
  'keys:read',
  'keys:write',
  'members:read',
  'members:write',
  'limits:read',
  'limits:write',
  'budgets:read',
  'budgets:write',
  'policies:read',
  'policies:write',
  'guardrails:read',
  'guardrails:write',
  'moderation:read',
  'moderation:review',
  'usage:read',
  'jobs:read',
] as const;

export type Permission = (typeof permissions)[number];

/**
 * - `platform-admin` operates the deployment: makes tenants and acts in every one of them;
 * - `tenant-admin` (OpenAI: owner) administers one tenant;
 * - `member` (OpenAI: reader) calls models and sees what concerns its own requests;
 * - `auditor` reads all of one tenant's settings, usage and decisions, and changes nothing.
 */
export const roles = ['platform-admin', 'tenant-admin', 'member', 'auditor'] as const;

export type Role = (typeof roles)[number];

const ofPlatformAlone: readonly Permission[] = ['tenants:read', 'tenants:write'];

/** As with OpenAI's admin keys, administering and calling models take different keys. */
const administration = permissions.filter((permission) => permission !== 'model:invoke');

export const rolePermissions: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  'platform-admin': new Set(administration),
  'tenant-admin': new Set(administration.filter((permission) => !ofPlatformAlone.includes(permission))),
  member: new Set<Permission>(['model:invoke', 'projects:read', 'jobs:read']),
  auditor: new Set(
    permissions.filter((permission) => permission.endsWith(':read') && !ofPlatformAlone.includes(permission)),
  ),
};

/** What a key may do: permissions of its role, or `admin` for all of them. */
export type Scope = Permission | 'admin';

/** The permissions that a role and the scopes of a key leave. */
export function grantedPermissions(role: Role, scopes: readonly string[]): ReadonlySet<Permission> {
  const all = rolePermissions[role];
  if (scopes.includes('admin')) return all;
  return new Set([...all].filter((permission) => scopes.includes(permission)));
}

/** The role of a key's holder; keys from before there were roles tell it by their scopes. */
export function roleOfKey({
  role,
  scopes,
}: {
  readonly role?: string;
  readonly scopes: readonly string[];
}): Role {
  return (role ?? (scopes.includes('admin') ? 'platform-admin' : 'member')) as Role;
}

/**
 * The first permission that a caller may not hand out: one that it lacks itself. What a member may is there for everybody
 * who hands out keys, though administrators lack some of it, as they use other keys to call models.
 */
export function exceedingPermission(
  granted: ReadonlySet<Permission>,
  own: ReadonlySet<Permission>,
): Permission | undefined {
  return [...granted].find((permission) => !own.has(permission) && !rolePermissions.member.has(permission));
}
