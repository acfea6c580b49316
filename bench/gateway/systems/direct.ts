import { model } from './fake-answers.ts';
import type { System } from './system.ts';

/** No gateway: the client calls the upstream itself. */
export function direct(upstreamOrigin: string): System {
  return {
    name: 'direct',
    address: (latencyMs) => ({
      origin: upstreamOrigin,
      path: `/after-${latencyMs}ms/v1/chat/completions`,
      headers: { authorization: 'Bearer bench' },
      model,
    }),
    usage: async () => undefined,
  };
}
