import type { Configuration } from '../../config/schema.ts';
import type { ModelProvider } from '../../plugin/index.ts';
import { type Clock, systemClock } from './clock.ts';
import { ProviderAccess } from './provider-access.ts';
import { RetryBudget } from './retry-budget.ts';
import { RouteSearch, type RoutingParts } from './route-search.ts';
import { createAliases } from './route-target.ts';
import type { Router } from './router-types.ts';

export interface RouterOptions {
  readonly configuration: Pick<
    Configuration,
    'providers' | 'models' | 'timeouts' | 'retries' | 'circuitBreaker'
  >;
  /** Makes or finds a provider by its name in the configuration. */
  readonly providers: (name: string) => Promise<ModelProvider>;
  /** The values of a provider's keys, in the configuration's order; those that are not stored are left out. */
  readonly keys: (providerName: string) => Promise<readonly string[]>;
  /** The same, not from memory: asked for when those in memory do not work. */
  readonly freshKeys: (providerName: string) => Promise<readonly string[]>;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Gives numbers from 0 up to, not including, 1. Default: Math.random. */
  readonly random?: () => number;
}

/**
 * Makes the router of a process. What it learns about targets and keys it keeps in memory, for itself: another process
 * finds out again, at the cost of a few attempts.
 */
export function createRouter(options: RouterOptions): Router {
  const { configuration, clock = systemClock, random = Math.random } = options;
  const now = () => clock.now();
  const parts: RoutingParts = {
    retries: configuration.retries,
    aliases: createAliases(configuration, now),
    access: new ProviderAccess({ ...options, now }),
    budget: new RetryBudget(configuration.retries, now),
    clock,
    random,
  };
  return { route: (request) => new RouteSearch(parts, request).run() };
}
