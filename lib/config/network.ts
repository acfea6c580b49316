import { z } from 'zod';

/** Requests that API Gateway lets through before it answers 429 by itself, over all callers. */
const throttling = {
  /** Requests per second over all callers. Caps what a flood can cost. Default: 1,000. */
  requestsPerSecond: z.number().int().positive().max(10_000).default(1_000),
  /** Requests above that rate which are let through in a burst. Default: 2,000. */
  burst: z.number().int().positive().max(5_000).default(2_000),
};

const publicNetwork = z.strictObject({
  /** Anyone may call the API, and needs an API key to get an answer. */
  mode: z.literal('public'),
  ...throttling,
  /** A WAF before the API, for about $11 a month and $0.60 per million requests. Default: false. */
  firewall: z.boolean().default(false),
  /** With the firewall: requests that one IP address may make in a minute. Default: 2,000. */
  requestsPerMinutePerIp: z.number().int().min(10).max(2_000_000_000).default(2_000),
});

const cidr = z.cidrv4({ error: 'expected an IPv4 range, for example 10.20.0.0/16' });

const isolatedNetwork = z.strictObject({
  /** The API is reached from private networks only, and nothing but the configured hosted models is reached from it. */
  mode: z.literal('isolated'),
  ...throttling,
  /** The VPC's address range, a /20 to /24 that no connected network has. Default: 10.210.0.0/22. */
  addressRange: cidr
    .refine((range) => /\/2[0-4]$/.test(range), 'expected a range of /20 to /24, for example 10.210.0.0/22')
    .default('10.210.0.0/22'),
  /** Private address ranges of the callers, connected by peering, VPN or Direct Connect. Default: only the VPC's own. */
  callerRanges: z
    .array(
      cidr.refine(isPrivate, 'expected a private range: within 10/8, 172.16/12, 192.168/16 or 100.64/10'),
    )
    .max(50)
    .default([]),
  /** Ids of execute-api endpoints in other VPCs, through which callers reach the API too. Default: none. */
  callerVpcEndpoints: z
    .array(z.string().regex(/^vpce-[0-9a-f]{8,17}$/, 'expected the id of a VPC endpoint, vpce-…'))
    .max(50)
    .default([]),
  /** Availability zones with a way out to hosted models; each is billed by the hour. Default: 1. */
  egressZones: z.union([z.literal(1), z.literal(2)]).default(1),
});

/** How the API is reached, and what is reached from it. */
export const network = z
  .discriminatedUnion('mode', [publicNetwork, isolatedNetwork])
  .default(() => publicNetwork.parse({ mode: 'public' }));

export type NetworkConfiguration = z.output<typeof network>;
export type IsolatedNetworkConfiguration = z.output<typeof isolatedNetwork>;

/** Within a range of RFC 1918 or RFC 6598. */
function isPrivate(range: string): boolean {
  const [address = '', bits = ''] = range.split('/');
  const [first = 0, second = 0] = address.split('.').map(Number);
  const prefix = Number(bits);
  if (first === 10) return prefix >= 8;
  if (first === 172) return second >= 16 && second < 32 && prefix >= 12;
  if (first === 192) return second === 168 && prefix >= 16;
  return first === 100 && second >= 64 && second < 128 && prefix >= 10;
}
