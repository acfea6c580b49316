import { type AddressInfo, createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { type ChildServer, startChildServer } from './child-server.ts';
import { model } from './fake-answers.ts';
import type { System } from './system.ts';
import type { Usage } from './usage.ts';

/** A running Portkey gateway: no keys, no configuration, no cache, no log page. */
export interface Portkey extends System {
  stop(): Promise<void>;
}

export async function startPortkey(upstreamOrigin: string): Promise<Portkey> {
  const port = await freePort();
  const child: ChildServer<undefined> = await startChildServer(
    new URL('./serve-portkey.ts', import.meta.url),
    ['--headless', `--port=${port}`],
  );
  const origin = `http://127.0.0.1:${port}`;
  await answering(origin);
  return {
    name: 'portkey',
    address: (latencyMs) => ({
      origin,
      path: '/v1/chat/completions',
      headers: {
        authorization: 'Bearer bench',
        'x-portkey-provider': 'openai',
        'x-portkey-custom-host': `${upstreamOrigin}/after-${latencyMs}ms/v1`,
      },
      model,
    }),
    usage: () => child.ask<Usage>('usage'),
    stop: child.stop,
  };
}

/** Portkey takes a port by number only. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answering(origin: string): Promise<void> {
  for (const deadlineMs = performance.now() + 20_000; ; await setTimeout(50)) {
    try {
      if ((await fetch(origin)).ok) return;
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
    }
  }
}
