import type { JsonObject } from '../../../local/json.ts';
import { readQuotasByName } from '../aws/quotas.ts';
import { findResources } from '../find-resources.ts';
import { type Check, type Finding, failure, ok, warning } from './check.ts';

/** Every type of GPU instance has a quota of its own, and it is 0 in a new account. */
export const instanceQuotas: Check = {
  title: 'GPU instances',
  needs: ['servicequotas:ListServiceQuotas', 'servicequotas:ListAWSDefaultServiceQuotas'],
  run: async ({ plan, region, signal }) => {
    const wanted = countInstances(
      findResources(plan, 'AWS::SageMaker::EndpointConfig').flatMap(
        ({ declaration }) => (declaration.Properties?.ProductionVariants ?? []) as JsonObject[],
      ),
    );
    if (wanted.size === 0) return [];
    const names = [...wanted.keys()].map(quotaName);
    const quotas = await readQuotasByName({ region }, 'sagemaker', names, { signal });
    return [...wanted].map(([type, count]) => judge(type, count, quotas.get(quotaName(type)), region));
  },
};

/** How many instances of each type the variants can grow to. */
function countInstances(variants: readonly JsonObject[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const variant of variants) {
    const { InstanceType: type, InitialInstanceCount: initial, ManagedInstanceScaling: scaling } = variant;
    if (typeof type !== 'string') continue;
    const most = Number((scaling as JsonObject | undefined)?.MaxInstanceCount ?? initial ?? 1);
    counts.set(type, (counts.get(type) ?? 0) + most);
  }
  return counts;
}

function quotaName(instanceType: string): string {
  return `${instanceType} for endpoint usage`;
}

function judge(type: string, count: number, quota: number | undefined, region: string): Finding {
  const raiseIt = `ask for ${count} in the console: https://${region}.console.aws.amazon.com/servicequotas/home/services/sagemaker/quotas, "${quotaName(type)}"`;
  if (quota === undefined) return warning(`no quota is known for ${type}: the region may lack it`, raiseIt);
  if (quota < count)
    return failure(`up to ${count} × ${type} are used, the account may have ${quota}`, raiseIt);
  return ok(`up to ${count} × ${type} are used, the account may have ${quota}`);
}
