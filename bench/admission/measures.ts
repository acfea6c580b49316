import { setTimeout } from 'node:timers/promises';
import { runClosedLoop } from '../load/closed-loop.ts';
import type { HttpClient } from '../load/http-client.ts';
import { runOpenLoop } from '../load/open-loop.ts';
import { median, quantile } from '../load/quantile.ts';
import { isOfAdmission, longestChain } from './database-calls.ts';
import type { AdmissionOptions } from './options.ts';
import type { Platform } from './platform.ts';
import type { Scenario } from './scenarios.ts';

export type Figures = Readonly<Record<string, number>>;

export interface Sample {
  readonly figures: Figures;
  readonly failures: readonly string[];
}

const connections = 32;
/** Opening connections and compiling what is hot is no part of a measurement. */
const warmUpSeconds = 0.5;
/** Longer than anything is leased. */
const pauseMs = 2_500;

/** Requests per second with 32 callers, each of whom sends when the last request is answered, and what it writes. */
export async function measureThroughput(
  platform: Platform,
  { tenantId }: Scenario,
  { seconds }: AdmissionOptions,
): Promise<Sample> {
  return withClient(platform, tenantId, 0, async (client) => {
    await platform.calls();
    const { answered, failures, elapsedMs } = await runClosedLoop(client, { callers: connections, seconds });
    const calls = await platform.calls();
    const ofAdmission = calls.filter(isOfAdmission);
    return {
      figures: {
        requestsPerSecond: (answered * 1_000) / elapsedMs,
        admissionCallsPerRequest: ofAdmission.length / answered,
        recordWritesPerRequest: (calls.length - ofAdmission.length) / answered,
      },
      failures: failures.reasons,
    };
  });
}

/** Latency at a fixed rate, over at most 32 connections. */
export async function measureLatency(
  platform: Platform,
  { tenantId }: Pick<Scenario, 'tenantId'>,
  { seconds, rate }: Pick<AdmissionOptions, 'seconds' | 'rate'>,
): Promise<Sample> {
  return withClient(platform, tenantId, 0, async (client) => {
    await platform.calls();
    const load = { perSecond: rate, seconds };
    const { latenciesMs, latenessMs, failures } = await runOpenLoop(client, load);
    const ofAdmission = (await platform.calls()).filter(isOfAdmission);
    return {
      figures: {
        p50Ms: quantile(latenciesMs, 0.5),
        p99Ms: quantile(latenciesMs, 0.99),
        latenessP99Ms: quantile(latenessMs, 0.99),
        admissionCallsPerRequest: ofAdmission.length / latenciesMs.length,
      },
      failures: failures.reasons,
    };
  });
}

/**
 * A request that comes alone has nothing leased: how many calls it makes, and how many of them one after the other
 * before its intent is recorded, which is what it waits for.
 */
export async function measureLone(
  platform: Platform,
  { tenantId }: Scenario,
  { lone }: AdmissionOptions,
): Promise<Sample> {
  // The upstream takes a while, so that what is written behind the answer comes late.
  return withClient(platform, tenantId, 60, async (client) => {
    let calls = 0;
    const trips: number[] = [];
    for (let i = 0; i < lone; i += 1) {
      await setTimeout(pauseMs);
      await platform.calls();
      await client.send();
      await setTimeout(100);
      const made = await platform.calls();
      const intent = made.find((call) => !isOfAdmission(call));
      const ofAdmission = made.filter(isOfAdmission);
      const before = ofAdmission.filter(({ startedAtMs }) => startedAtMs < (intent?.startedAtMs ?? 0));
      calls += ofAdmission.length;
      trips.push(longestChain(before));
    }
    return {
      figures: {
        admissionCallsPerRequest: calls / lone,
        blockingTrips: median(trips),
        mostBlockingTrips: Math.max(...trips),
      },
      failures: [],
    };
  });
}

async function withClient(
  platform: Platform,
  tenantId: string,
  upstreamLatencyMs: number,
  measure: (client: HttpClient) => Promise<Sample>,
): Promise<Sample> {
  const client = platform.client(tenantId, connections, upstreamLatencyMs);
  const { failures } = await runClosedLoop(client, { callers: connections, seconds: warmUpSeconds });
  if (failures.count > 0) throw new Error(`${tenantId}: ${failures.reasons.join('; ')}`);
  try {
    return await measure(client);
  } finally {
    await client.close();
  }
}
