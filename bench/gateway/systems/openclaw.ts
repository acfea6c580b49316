import type { OpenClawReady } from '../serve-openclaw.ts';
import { alias } from './bench-configuration.ts';
import type { RecordCounts } from './count-records.ts';
import { startDeployed } from './deployed.ts';
import type { System } from './system.ts';

/** A running deployment of OpenClaw. */
export interface OpenClaw extends System {
  readonly deployment: OpenClawReady;
  /** Reads the whole table of request records. */
  records(): Promise<RecordCounts>;
  stop(): Promise<void>;
}

/** Deploys OpenClaw into the local runtime, in a process of its own. */
export async function startOpenClaw(upstreamOrigin: string): Promise<OpenClaw> {
  const module = new URL('../serve-openclaw.ts', import.meta.url);
  const { child, usage, stop } = await startDeployed<OpenClawReady>(module, upstreamOrigin);
  return {
    name: 'openclaw',
    deployment: child.ready,
    address: (latencyMs) => ({
      origin: child.ready.url,
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer ${child.ready.apiKey}` },
      model: alias(latencyMs),
    }),
    records: () => child.ask<RecordCounts>('records'),
    usage,
    stop,
  };
}
