import { startDeployed } from './deployed.ts';
import { model } from './fake-answers.ts';
import type { System } from './system.ts';

/** A deployment of a function that does as little as a gateway with durable records can. */
export interface BareFunction extends System {
  stop(): Promise<void>;
}

/** Deploys it into the local runtime, in a process of its own. */
export async function startBareFunction(upstreamOrigin: string): Promise<BareFunction> {
  const module = new URL('../serve-bare-function.ts', import.meta.url);
  const { child, usage, stop } = await startDeployed<string>(module, upstreamOrigin);
  return {
    name: 'bare',
    address: (latencyMs) => ({
      origin: child.ready,
      path: `/after-${latencyMs}ms/v1/chat/completions`,
      headers: {},
      model,
    }),
    usage,
    stop,
  };
}
