import { pace } from '../load/pace.ts';
import { measureLatency, type Sample } from './measures.ts';
import type { AdmissionOptions } from './options.ts';
import type { Platform } from './platform.ts';
import { flood, scenarios } from './scenarios.ts';

/** What a tenant sees of another that sends fifty times what it may. */
export interface Fairness {
  readonly before: Sample;
  readonly during: Sample;
  readonly flood: { readonly sent: number; readonly refused: number };
}

/** The flood takes its part of the machine: half of the usual rate leaves room for it. */
const rateShare = 1 / 2;

export async function measureFairness(platform: Platform, options: AdmissionOptions): Promise<Fairness> {
  const [victim] = scenarios;
  if (!victim) throw new Error('there is no scenario');
  const load = { seconds: options.seconds, rate: options.rate * rateShare };
  const before = await measureLatency(platform, victim, load);
  const client = platform.client(flood.tenantId, 64, 0);
  let sent = 0;
  let refused = 0;
  const underWay: Promise<void>[] = [];
  const send = () => {
    sent += 1;
    underWay.push(
      client.send().catch((error: unknown) => {
        if (!String(error).includes('status 429')) throw error;
        refused += 1;
      }),
    );
  };
  // What it has left of its burst goes first, so that it is refused from the beginning.
  await pace({ perSecond: flood.sentPerSecond, seconds: 2 }, send);
  const flooding = pace({ perSecond: flood.sentPerSecond, seconds: options.seconds + 1 }, send);
  const during = await measureLatency(platform, victim, load);
  await flooding;
  await Promise.all(underWay);
  await client.close();
  return { before, during, flood: { sent, refused } };
}
