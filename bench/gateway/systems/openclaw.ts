import type { OpenClawReady } from '../serve-openclaw.ts';
import { alias } from './bench-configuration.ts';
import { startChildServer } from './child-server.ts';
import type { RecordCounts } from './count-records.ts';
import type { System, SystemUsage } from './system.ts';

/** A running deployment of OpenClaw. */
export interface OpenClaw extends System {
  readonly deployment: OpenClawReady;
  /** Reads the whole table of request records. */
  records(): Promise<RecordCounts>;
  stop(): Promise<void>;
}

/** Deploys OpenClaw into the local runtime, in a process of its own. */
export async function startOpenClaw(upstreamOrigin: string): Promise<OpenClaw> {
  const child = await startChildServer<OpenClawReady>(new URL('../serve-openclaw.ts', import.meta.url), [
    upstreamOrigin,
  ]);
  return {
    name: 'openclaw',
    deployment: child.ready,
    address: (latencyMs) => ({
      origin: child.ready.url,
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer ${child.ready.apiKey}` },
      model: alias(latencyMs),
    }),
    usage: () => child.ask<SystemUsage>('usage'),
    records: () => child.ask<RecordCounts>('records'),
    async stop() {
      try {
        await child.ask('stop');
      } finally {
        await child.stop();
      }
    },
  };
}
