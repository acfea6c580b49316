import type { Configuration, ModelTarget } from '../../config/schema.ts';
import type { CallTimeouts } from '../../plugin/index.ts';
import { comparableCost } from '../prices/comparable-cost.ts';
import { pricingOf } from '../prices/target-pricing.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { LatencyAverage } from './latency-average.ts';
import type { OrderableTarget } from './order-targets.ts';
import { type OutputLimit, outputLimitOf } from './output-limit.ts';
import type { RoutedTarget } from './router-types.ts';

/** How a target is doing, as far as this process has seen. Shared by all aliases that lead to it. */
export class TargetHealth {
  readonly breaker: CircuitBreaker;
  readonly latency = new LatencyAverage();
  /** Until when the target asked to be spared, by the router's clock. */
  limitedUntilMs = 0;

  constructor(breaker: CircuitBreaker) {
    this.breaker = breaker;
  }
}

/** A target of an alias with what routing knows of it. */
export interface RouteTarget extends OrderableTarget {
  readonly routed: RoutedTarget;
  readonly health: TargetHealth;
  readonly timeouts: CallTimeouts;
  readonly outputLimit: OutputLimit;
}

/** An alias, ready to be routed. */
export interface RouteAlias {
  readonly name: string;
  readonly strategy: Configuration['models'][string]['strategy'];
  readonly largerModel: string | undefined;
  readonly targets: readonly RouteTarget[];
}

type RoutingConfiguration = Pick<Configuration, 'providers' | 'models' | 'timeouts' | 'circuitBreaker'>;

/**
 * Prepares aliases from the configuration, each when it is first used.
 *
 * @param now milliseconds.
 * @returns a function that finds the alias; it returns undefined where there is none of that name.
 */
export function createAliases(configuration: RoutingConfiguration, now: () => number) {
  const healths = new Map<string, TargetHealth>();
  const aliases = new Map<string, RouteAlias>();

  const healthOf = ({ provider, model }: ModelTarget): TargetHealth => {
    const key = `${provider}/${model}`;
    let health = healths.get(key);
    if (!health) {
      health = new TargetHealth(new CircuitBreaker(configuration.circuitBreaker, now));
      healths.set(key, health);
    }
    return health;
  };

  const prepare = (name: string, model: Configuration['models'][string]): RouteAlias => ({
    name,
    strategy: model.strategy,
    largerModel: model.largerModel,
    targets: model.targets.map((target): RouteTarget => {
      const provider = configuration.providers[target.provider];
      const pricing = provider && pricingOf(target, provider);
      const routed: RoutedTarget = {
        provider: target.provider,
        model: target.model,
        alias: name,
        ...(pricing ? { pricing } : {}),
      };
      const health = healthOf(target);
      return {
        routed,
        health,
        timeouts: mergeTimeouts(configuration.timeouts, model.timeouts),
        outputLimit: outputLimitOf(target, provider),
        weight: target.weight,
        get latencyMs() {
          return health.latency.ms;
        },
        comparableCost: model.strategy === 'lowest-cost' ? comparableCost(routed) : null,
      };
    }),
  });

  return (name: string): RouteAlias | undefined => {
    const model = Object.hasOwn(configuration.models, name) ? configuration.models[name] : undefined;
    if (!model) return undefined;
    let alias = aliases.get(name);
    if (!alias) {
      alias = prepare(name, model);
      aliases.set(name, alias);
    }
    return alias;
  };
}

function mergeTimeouts(
  deployment: CallTimeouts,
  own: Configuration['models'][string]['timeouts'],
): CallTimeouts {
  return {
    connectMs: own?.connectMs ?? deployment.connectMs,
    firstTokenMs: own?.firstTokenMs ?? deployment.firstTokenMs,
    idleMs: own?.idleMs ?? deployment.idleMs,
    totalMs: own?.totalMs ?? deployment.totalMs,
  };
}
