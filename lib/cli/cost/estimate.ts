import { INSTANCE_PRICES_DATE } from '../../config/instance-types.ts';
import type { Configuration } from '../../config/schema.ts';
import type { AssemblyStack } from '../../local/assembly/read-assembly.ts';
import { type CostAssumptions, defaultAssumptions } from './assumptions.ts';
import { type Charge, standingCharges } from './billing.ts';
import { type ModelCost, modelCosts } from './model-costs.ts';
import { HOURS_PER_MONTH, PRICES_DATE, PRICES_REGION } from './prices.ts';
import { type RequestCost, requestCosts } from './request-costs.ts';

/** A resource of a template. */
export interface BilledResource {
  readonly stack: string;
  readonly resource: string;
  readonly type: string;
}

export interface IdleCost extends BilledResource {
  readonly basis: string;
  readonly usdPerMonth: number;
}

/** Machines that are billed from start to stop. */
export interface HourlyCost extends BilledResource {
  readonly instanceType: string;
  readonly minInstances: number;
  readonly maxInstances: number;
  /** Null where the price of the instance type is not known. */
  readonly minUsdPerHour: number | null;
  readonly maxUsdPerHour: number | null;
}

export interface UnpricedResource extends BilledResource {
  readonly reason: string;
}

/** What a deployment costs, in US dollars at the list prices of one region, without free tiers, discounts and taxes. */
export interface CostEstimate {
  readonly region: string;
  readonly pricesDate: string;
  readonly instancePricesDate: string;
  readonly assumptions: CostAssumptions;
  readonly idle: { readonly resources: readonly IdleCost[]; readonly usdPerMonth: number };
  readonly perMillionRequests: { readonly services: readonly RequestCost[]; readonly usd: number };
  readonly models: readonly ModelCost[];
  readonly hourly: {
    readonly resources: readonly HourlyCost[];
    /** All machines at once, those with a known price. */
    readonly maxUsdPerHour: number;
    /** Some machine has no known price, so the maximum is higher. */
    readonly isIncomplete: boolean;
    /** What a private network has, such as firewalls and NAT gateways, used or not; part of what is idle. */
    readonly networkUsdPerHour: number;
  };
  /** What is billed, or may be, and is in no figure. */
  readonly notPriced: readonly UnpricedResource[];
  /** Idle and requests together, for the requests per month that were given; models not included. */
  readonly usdPerMonth: number;
}

/**
 * Estimates what a deployment costs from its templates alone, so that a new stack is in it without a change here.
 *
 * @param assumptions - what differs from the defaults
 */
export async function estimateCost(
  stacks: readonly Pick<AssemblyStack, 'name' | 'template'>[],
  configuration: Configuration,
  assumptions: Partial<CostAssumptions> = {},
): Promise<CostEstimate> {
  const assumed = { ...defaultAssumptions, ...assumptions };
  const charges = stacks.flatMap(chargesOf);
  const idle = charges.flatMap(idleCost);
  const hourly = charges.flatMap(hourlyCost);
  const services = requestCosts(
    stacks.map(({ template }) => template),
    assumed,
  );
  const idleUsd = sum(idle.map(({ usdPerMonth }) => usdPerMonth));
  const millionUsd = sum(services.map(({ usd }) => usd));
  return {
    region: PRICES_REGION,
    pricesDate: PRICES_DATE,
    instancePricesDate: INSTANCE_PRICES_DATE,
    assumptions: assumed,
    idle: { resources: idle, usdPerMonth: idleUsd },
    perMillionRequests: { services, usd: millionUsd },
    models: await modelCosts(configuration, assumed),
    hourly: {
      resources: hourly,
      maxUsdPerHour: sum(hourly.map(({ maxUsdPerHour }) => maxUsdPerHour ?? 0)),
      isIncomplete: hourly.some(({ maxUsdPerHour }) => maxUsdPerHour === null),
      networkUsdPerHour: sum(
        charges.map(({ charge }) => (charge.kind === 'monthly' ? (charge.usdPerHour ?? 0) : 0)),
      ),
    },
    notPriced: charges.flatMap(unpriced),
    usdPerMonth: idleUsd + (millionUsd * assumed.requestsPerMonth) / 1_000_000,
  };
}

interface ResourceCharge {
  readonly resource: BilledResource;
  readonly charge: Charge;
}

function chargesOf({ name, template }: Pick<AssemblyStack, 'name' | 'template'>): ResourceCharge[] {
  return Object.entries(template.Resources ?? {}).flatMap(([logicalId, { Type, Properties = {} }]) => {
    const resource = { stack: name, resource: withoutHash(logicalId), type: Type };
    return standingCharges(Type, Properties).map((charge) => ({ resource, charge }));
  });
}

/** The CDK ends a logical id in eight digits of a hash, which say nothing to a person. */
function withoutHash(logicalId: string): string {
  return logicalId.replace(/(?<=.)[0-9A-F]{8}$/, '');
}

function idleCost({ resource, charge }: ResourceCharge): IdleCost[] {
  if (charge.kind === 'monthly') {
    return [{ ...resource, basis: charge.basis, usdPerMonth: charge.usdPerMonth }];
  }
  if (charge.kind !== 'hourly' || charge.minInstances === 0 || charge.usdPerInstanceHour === undefined)
    return [];
  const { minInstances, instanceType, usdPerInstanceHour } = charge;
  return [
    {
      ...resource,
      basis: `${minInstances} ${instanceType} × ${HOURS_PER_MONTH} h`,
      usdPerMonth: minInstances * usdPerInstanceHour * HOURS_PER_MONTH,
    },
  ];
}

function hourlyCost({ resource, charge }: ResourceCharge): HourlyCost[] {
  if (charge.kind !== 'hourly') return [];
  const { instanceType, minInstances, maxInstances, usdPerInstanceHour: each } = charge;
  return [
    {
      ...resource,
      instanceType,
      minInstances,
      maxInstances,
      minUsdPerHour: each === undefined ? null : minInstances * each,
      maxUsdPerHour: each === undefined ? null : maxInstances * each,
    },
  ];
}

function unpriced({ resource, charge }: ResourceCharge): UnpricedResource[] {
  if (charge.kind === 'unknown') return [{ ...resource, reason: charge.reason }];
  if (charge.kind === 'hourly' && charge.usdPerInstanceHour === undefined) {
    return [{ ...resource, reason: `no price of ${charge.instanceType} was found` }];
  }
  return [];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
