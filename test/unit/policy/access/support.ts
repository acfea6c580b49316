import { checkPolicy } from '../../../../lib/policy/access/check-policy.ts';
import type { ModelFacts, PolicySetting, TargetFacts } from '../../../../lib/policy/access/index.ts';
import { implicitTenant, platformTenantId, TenantSettings } from '../../../../lib/tenancy/index.ts';

/** A policy as it would be stored. */
export async function policySetting(
  id: string,
  policy: string,
  extra: Partial<PolicySetting> = {},
): Promise<PolicySetting> {
  const check = await checkPolicy(policy);
  if (!check.valid) throw new Error(`${id}: ${JSON.stringify(check.errors)}`);
  const times = { createdAtMs: 0, updatedAtMs: 0 };
  return { id, description: '', enabled: true, policy, facts: check.facts, ...times, ...extra };
}

export function settingsOf(
  tenantId: string,
  policies: readonly PolicySetting[],
  residency?: readonly string[],
): TenantSettings {
  const tenant = { ...implicitTenant(tenantId), ...(residency && { residency: { regions: residency } }) };
  return new TenantSettings(tenant, new Map([['policy', policies]]));
}

export const noPlatformPolicies = settingsOf(platformTenantId, []);

export function target(provider: string, kind: string, regions?: readonly string[]): TargetFacts {
  const selfHosted = kind === 'sagemaker';
  return { provider, model: 'm', kind, selfHosted, ...(regions && { regions }) };
}

export function model(alias: string, ...targets: readonly TargetFacts[]): ModelFacts {
  return { alias, targets };
}
