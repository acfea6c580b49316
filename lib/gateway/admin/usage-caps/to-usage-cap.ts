import { capId, capMetricTraits, type UsageCap } from '../../../policy/index.ts';
import { TenancyError } from '../../../tenancy/tenancy-error.ts';
import type { RouteCall } from '../../route.ts';

/**
 * The cap that a request asks for.
 *
 * @throws TenancyError `invalid`
 */
export function toUsageCap({ metric, level, subject, limit }: RouteCall['body'], tenantId: string): UsageCap {
  if (level === 'project' && subject === undefined) {
    throw new TenancyError('invalid', "A cap of level 'project' names the project.", 'subject');
  }
  if (level === 'tenant' && subject !== undefined) {
    throw new TenancyError(
      'invalid',
      "A cap of level 'tenant' is for the whole tenant and has no subject.",
      'subject',
    );
  }
  const place = {
    metric: metric as UsageCap['metric'],
    level: level as UsageCap['level'],
    subject: typeof subject === 'string' ? subject : tenantId,
  };
  return withLimit(
    { ...place, id: capId(place.metric, place.level, place.subject), limit: 0, version: 0 },
    limit,
  );
}

/** @throws TenancyError `invalid` where it could not be counted exactly */
export function withLimit(cap: UsageCap, wanted: unknown): UsageCap {
  const limit = Number(wanted);
  if (!Number.isSafeInteger(limit * capMetricTraits[cap.metric].perUnit)) {
    throw new TenancyError('invalid', `That many ${cap.metric} cannot be counted. Set less.`, 'limit');
  }
  // One that was removed and is set again must count as newer than the one before.
  return { ...cap, limit, version: Math.max(cap.version + 1, Date.now()) };
}
