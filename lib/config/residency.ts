import { z } from 'zod';

/** A region as AWS names it. */
export const regionName = z
  .string()
  .regex(/^[a-z]{2,4}(-[a-z]+){1,2}-\d$/, 'expected a region, for example eu-central-1');

/** Where data may be. */
export const residency = z.strictObject({
  /** The regions that no stack and no route leaves. */
  regions: z.array(regionName).min(1),
});

export type ResidencyConfiguration = z.output<typeof residency>;
