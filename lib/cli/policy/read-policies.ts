import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { checkPolicy, type PolicyOwner } from '../../policy/access/check-policy.ts';
import { AccessPolicies, type PolicySet, type PolicySetting } from '../../policy/access/index.ts';
import { implicitTenant, platformTenantId, TenantSettings } from '../../tenancy/index.ts';
import { CommandError } from '../command-error.ts';
import { readPolicyFile } from './put-policy.ts';
import { explain, place } from './validate-policies.ts';

const extension = '.cedar';

/** The tenant that policies in files are of. */
export const localTenantId = 'local';

/**
 * Reads the policies of a folder: each file is one, and its name the id. Those in the folder `platform` in it are the
 * platform's.
 *
 * @returns undefined where there are none
 * @throws CommandError with the problems of those that are not valid
 */
export async function readPolicies(folder: string): Promise<PolicySet | undefined> {
  const own = await readFolder(folder, 'tenant');
  const platform = await readFolder(join(folder, 'platform'), 'platform');
  return new AccessPolicies().of(settingsOf(localTenantId, own), settingsOf(platformTenantId, platform));
}

async function readFolder(folder: string, owner: PolicyOwner): Promise<readonly PolicySetting[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    if (owner === 'platform') return [];
    throw new CommandError(`the folder ${folder} cannot be read`, { cause });
  });
  const settings: PolicySetting[] = [];
  const problems: string[] = [];
  for (const name of names.filter((one) => one.endsWith(extension)).sort()) {
    const file = join(folder, name);
    const policy = await readPolicyFile(file);
    const check = await checkPolicy(policy, owner);
    if (!check.valid) {
      problems.push(...check.errors.map((error) => `${place(file, error)}: ${explain(error)}`));
      continue;
    }
    const id = basename(name, extension);
    const times = { createdAtMs: 0, updatedAtMs: 0 };
    settings.push({ id, description: '', enabled: true, policy, facts: check.facts, ...times });
  }
  if (problems.length > 0) throw new CommandError(['policies are not valid:', ...problems].join('\n'));
  return settings;
}

function settingsOf(tenantId: string, policies: readonly PolicySetting[]): TenantSettings {
  return new TenantSettings(implicitTenant(tenantId), new Map([['policy', policies]]));
}
