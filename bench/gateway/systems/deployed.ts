import { type ChildServer, startChildServer } from './child-server.ts';
import type { System, SystemUsage } from './system.ts';

/** What runs in the local runtime, in a process of its own. */
export interface Deployed<Ready> extends Pick<System, 'usage'> {
  readonly child: ChildServer<Ready>;
  stop(): Promise<void>;
}

/** Runs a module that serves a runtime, and answers `usage` and `stop`. */
export async function startDeployed<Ready>(module: URL, upstreamOrigin: string): Promise<Deployed<Ready>> {
  const child = await startChildServer<Ready>(module, [upstreamOrigin]);
  return {
    child,
    usage: () => child.ask<SystemUsage>('usage'),
    async stop() {
      try {
        await child.ask('stop');
      } finally {
        await child.stop();
      }
    },
  };
}
