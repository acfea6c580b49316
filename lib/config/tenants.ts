import { z } from 'zod';

const tenantId = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{1,38}[a-z0-9]$/,
    'use 3 to 40 lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen',
  )
  .refine((id) => id !== 'platform', 'the tenant "platform" is reserved');

/** What tenants are given at deployment. */
export const tenants = z.strictObject({
  /**
   * Ids of the tenants of the tier `silo`: each has a KMS key of its own, which no other tenant's session can use, and a
   * queue of its own, **about $1.30 a month** together. A tenant becomes one only if it is named here. Default: none.
   */
  silos: z
    .array(tenantId)
    .max(100, 'at most 100 tenants have a key of their own in one deployment')
    .refine((ids) => new Set(ids).size === ids.length, 'name each tenant once')
    .default([]),
});
