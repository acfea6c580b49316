import { requestBody } from '../gateway/measures/request-body.ts';
import { alias } from '../gateway/systems/bench-configuration.ts';
import { startChildServer } from '../gateway/systems/child-server.ts';
import { HttpClient } from '../load/http-client.ts';
import type { DatabaseCall } from './database-calls.ts';
import { flood, scenarios } from './scenarios.ts';
import type { PlatformReady } from './serve-platform.ts';

/** A running deployment whose database calls are watched. */
export interface Platform {
  /** @param upstreamLatencyMs - 0 or 60 */
  client(tenantId: string, connections: number, upstreamLatencyMs: number): HttpClient;
  /** The database calls since the last time that this was asked. */
  calls(): Promise<readonly DatabaseCall[]>;
  stop(): Promise<void>;
}

/** Deploys into the local runtime, in a process of its own, and sets over the API what each scenario has. */
export async function startPlatform(upstreamOrigin: string): Promise<Platform> {
  const child = await startChildServer<PlatformReady>(
    new URL('./serve-platform.ts', import.meta.url),
    [upstreamOrigin],
    { NODE_OPTIONS: `--import ${new URL('./watch-engine.ts', import.meta.url)}` },
  );
  const { url, keys } = child.ready;
  const set = async (tenantId: string, path: string, body: object) => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${keys[tenantId]?.administrator}`,
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  };
  for (const { tenantId, limits, budgets } of [...scenarios, { ...flood, budgets: [] }]) {
    for (const limit of limits) await set(tenantId, '/v1/openclaw/limits', limit);
    for (const budget of budgets) await set(tenantId, '/v1/openclaw/budgets', budget);
  }
  return {
    client: (tenantId, connections, upstreamLatencyMs) =>
      new HttpClient(
        {
          origin: url,
          path: '/v1/chat/completions',
          headers: { authorization: `Bearer ${keys[tenantId]?.caller}` },
        },
        requestBody(alias(upstreamLatencyMs), false),
        connections,
      ),
    calls: () => child.ask<readonly DatabaseCall[]>('calls'),
    async stop() {
      try {
        await child.ask('stop');
      } finally {
        await child.stop();
      }
    },
  };
}
