import { z } from 'zod';

/**
 * How requests move to a new version of the API's function. `canary`: a tenth of them for 5 minutes, then all;
 * `linear`: a tenth more every minute; `all-at-once`: all of them, at once. The first two go back by themselves when an
 * alarm goes off meanwhile, so a fix for an API that is failing already needs `all-at-once`. Default: `canary`.
 */
export const rollout = z.enum(['all-at-once', 'canary', 'linear']).default('canary');

export const alarms = z.strictObject({
  /** Told of every alarm, once the address has confirmed AWS's first message. Default: nobody; the topic is there. */
  email: z.email().optional(),
});

export type Rollout = z.output<typeof rollout>;
