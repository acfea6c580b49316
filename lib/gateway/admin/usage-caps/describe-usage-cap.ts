import { capMetricTraits, type UsageCap, type UsageCaps } from '../../../policy/index.ts';

/** A cap as the API shows it. */
export function describeUsageCap({ id, metric, level, subject, limit, version }: UsageCap) {
  return { id, object: 'usage_cap', metric, level, subject, limit, version };
}

/** A cap, and how much of it is used now, in the unit of the limit. */
export async function describeWithStanding(
  caps: Pick<UsageCaps, 'standing'>,
  tenantId: string,
  cap: UsageCap,
) {
  const { perUnit } = capMetricTraits[cap.metric];
  const { used, reserved, resetAtMs } = await caps.standing({ tenantId, ...cap }, cap.metric);
  return {
    ...describeUsageCap(cap),
    standing: {
      used: used / perUnit,
      reserved: reserved / perUnit,
      remaining: (cap.limit * perUnit - used - reserved) / perUnit,
      resets_at_ms: resetAtMs ?? null,
    },
  };
}
