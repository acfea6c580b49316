import type { RequestTarget } from '../../load/request-target.ts';
import type { Usage } from './usage.ts';

/** How a request is addressed so that it reaches the fake upstream, with the model's name for it. */
export interface Address extends RequestTarget {
  readonly model: string;
}

/** What a gateway has used so far. */
export interface SystemUsage extends Usage {
  /** CPU time of the function alone, where the system is one that runs functions. */
  readonly functionCpuMs?: number;
}

/** One of the things that are measured beside each other. */
export interface System {
  readonly name: 'direct' | 'bare' | 'openclaw' | 'portkey';
  /** @param latencyMs - one of `upstreamLatenciesMs` */
  address(latencyMs: number): Address;
  /** Undefined where there is no gateway to use anything. */
  usage(): Promise<SystemUsage | undefined>;
}

/** After these times the fake upstream begins to answer. */
export const upstreamLatenciesMs = [0, 60] as const;
