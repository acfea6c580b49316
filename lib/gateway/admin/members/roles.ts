import type { Role } from '../../../tenancy/index.ts';

/** OpenAI's names of our roles; the others have none there, and keep ours. */
const names: Readonly<Record<Role, string>> = {
  'tenant-admin': 'owner',
  member: 'reader',
  auditor: 'auditor',
  'platform-admin': 'platform-admin',
};

export const organizationRoles = ['owner', 'reader', 'auditor', 'platform-admin'] as const;

export function nameOfRole(role: Role): string {
  return names[role];
}

export function roleOfName(name: (typeof organizationRoles)[number]): Role {
  if (name === 'owner') return 'tenant-admin';
  return name === 'reader' ? 'member' : name;
}

/** Who administers the tenant owns its projects. */
export function projectRole(role: Role): 'owner' | 'member' {
  return role === 'tenant-admin' || role === 'platform-admin' ? 'owner' : 'member';
}
