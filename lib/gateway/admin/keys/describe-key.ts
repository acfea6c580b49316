import type { ApiKeyRecord } from '../../../storage/api-key-store.ts';
import { grantedPermissions, redactApiKey, roleOfKey } from '../../../tenancy/index.ts';
import type { Member } from '../../../tenancy/member.ts';
import type { ServiceAccount } from '../../../tenancy/service-accounts.ts';
import { type Directory, isIn } from '../tenants/directory.ts';
import { seconds, secondsOrNull } from '../tenants/pages.ts';

/** Describes the keys of projects as OpenAI does, and what ours have beyond. Never shows a key. */
export class KeyDescriber {
  readonly #directory: Pick<Directory, 'members' | 'accounts'>;
  readonly #environment: string;

  constructor(directory: Pick<Directory, 'members' | 'accounts'>, environment: string) {
    this.#directory = directory;
    this.#environment = environment;
  }

  async describe(record: ApiKeyRecord) {
    const { keyId, name, projectId, scopes, allowedModels, sourceRanges, replacedBy } = record;
    const role = roleOfKey(record);
    const { owner, hasAccess } = await this.#owner(record);
    return {
      id: keyId,
      object: 'organization.project.api_key',
      name,
      redacted_value: redactApiKey({ environment: this.#environment, keyId }),
      created_at: seconds(record.createdAtMs),
      expires_at: secondsOrNull(record.expiresAtMs),
      last_used_at: secondsOrNull(record.lastUsedAtMs),
      owner,
      owner_project_access: hasAccess ? 'active' : 'inactive',
      project_id: projectId,
      role,
      scopes: [...grantedPermissions(role, scopes)].sort(),
      allowed_models: allowedModels ?? null,
      source_ranges: sourceRanges ?? null,
      replaced_by: replacedBy ?? null,
    };
  }

  /** Whether the one that the key acts for is there, and in the key's project. */
  async hasAccess(record: ApiKeyRecord): Promise<boolean> {
    return (await this.#owner(record)).hasAccess;
  }

  async #owner({
    tenantId,
    projectId,
    userId,
  }: ApiKeyRecord): Promise<{ owner: object; hasAccess: boolean }> {
    if (userId === undefined) return { owner: {}, hasAccess: true };
    const account = await this.#directory.accounts.find(tenantId, projectId, userId);
    if (account) return { owner: describeAccount(account), hasAccess: account.role === 'member' };
    const member = await this.#directory.members.find(tenantId, userId);
    if (!member) return { owner: {}, hasAccess: false };
    return { owner: describeUser(member), hasAccess: isIn(member, projectId) };
  }
}

function describeAccount({ id, name, role, createdAtMs }: ServiceAccount): object {
  return { type: 'service_account', service_account: { id, name, role, created_at: seconds(createdAtMs) } };
}

function describeUser({ id, name, email, role, addedAtMs }: Member): object {
  return {
    type: 'user',
    user: {
      id,
      name,
      email,
      role: role === 'tenant-admin' || role === 'platform-admin' ? 'owner' : 'member',
      created_at: seconds(addedAtMs),
    },
  };
}
