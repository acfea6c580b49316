import { ApiKeys, type OwnerCheck } from '../../../tenancy/api-keys.ts';
import { Invites } from '../../../tenancy/invites.ts';
import type { Member } from '../../../tenancy/member.ts';
import { Members } from '../../../tenancy/members.ts';
import { Projects } from '../../../tenancy/projects.ts';
import { ServiceAccounts } from '../../../tenancy/service-accounts.ts';
import { Tenants } from '../../../tenancy/tenants.ts';
import type { AdminServices } from '../admin-services.ts';

/** What there is in tenants, for the routes that show and change it. */
export interface Directory {
  readonly tenants: Tenants;
  readonly projects: Projects;
  readonly keys: ApiKeys;
  readonly accounts: ServiceAccounts;
  readonly members: Members;
  readonly invites: Invites;
}

export function openDirectory(services: AdminServices): Directory {
  const { documents, apiKeys, pepper, configuration, authenticator } = services;
  const members = new Members(documents);
  return {
    tenants: new Tenants(documents),
    projects: new Projects(documents),
    keys: new ApiKeys({
      documents,
      store: apiKeys,
      pepper,
      environment: configuration.environment,
      onChange: (keyId) => authenticator.forget(keyId),
    }),
    accounts: new ServiceAccounts(documents),
    members,
    invites: new Invites(documents, members),
  };
}

/** Whether a member works in a project. An administrator has access to all of them. */
export function isIn({ role, projects }: Member, projectId: string): boolean {
  return role === 'tenant-admin' || role === 'platform-admin' || projects.includes(projectId);
}

/** Whether the member, or the service account of the project, that a key acts for is there. */
export function ownerCheck(
  { members, accounts }: Directory,
  tenantId: string,
  projectId: string,
): OwnerCheck {
  return async (userId) => {
    const member = await members.find(tenantId, userId);
    if (member) return projectId === '' || isIn(member, projectId);
    return (await accounts.find(tenantId, projectId, userId))?.role === 'member';
  };
}
