import type { AccessContext, AccessResource, Asker } from './access-question.ts';
import type { ModelFacts, TargetFacts } from './model-facts.ts';
import type { PolicySet } from './policy-set.ts';

/** Somebody wants to have a model work. */
export interface ModelQuestion {
  readonly asker: Asker;
  readonly action: 'invokeModel' | 'tune';
  readonly model: ModelFacts;
  readonly context: Omit<AccessContext, 'region' | 'provider' | 'selfHosted'>;
}

/** What is decided about one target. */
export interface TargetDecision {
  readonly target: TargetFacts;
  readonly allowed: boolean;
  /** The policies that decided it. */
  readonly policyIds: readonly string[];
  /** True where it is, or may be, outside the regions of the tenant's residency. */
  readonly outsideResidency: boolean;
}

/** What is decided about a model: it may be used where one of its targets may. */
export interface ModelDecision {
  readonly allowed: boolean;
  /** Why not. `residency_denied`: only where its targets are is in the way. */
  readonly code?: 'policy_denied' | 'residency_denied';
  /** The policies that decided it. */
  readonly policyIds: readonly string[];
  /** The same with what their owners say they are for. */
  readonly reasons: readonly { readonly policyId: string; readonly description: string }[];
  /** True where all targets were decided alike. */
  readonly alike: boolean;
  readonly targets: readonly TargetDecision[];
}

/** What of a decision depends on the target. */
const targetAttributes = ['region', 'provider', 'selfHosted'];

/**
 * Decides whether a model may be used, and which of its targets: by the residency of the tenant and by the policies. A
 * target that may process a request in several regions must be allowed for each.
 *
 * @param policies - absent: there are none
 * @param residency - the regions to which the tenant's data is bound; absent: to none
 */
export function decideModelUse(
  question: ModelQuestion,
  policies: PolicySet | undefined,
  residency: readonly string[] | undefined,
): ModelDecision {
  const { model } = question;
  const resource = resourceOf(model);
  const dependsOnTarget = policies?.reads(question.action, targetAttributes) ?? false;
  const sameForAll =
    policies && !dependsOnTarget ? decideTarget(question, resource, policies, undefined) : undefined;
  const targets = model.targets.map((target): TargetDecision => {
    const outsideResidency = residency !== undefined && !isWithin(target, residency);
    const answer = sameForAll ?? (policies ? decideTarget(question, resource, policies, target) : undecided);
    return { target, ...answer, allowed: answer.allowed && !outsideResidency, outsideResidency };
  });
  const open = targets.filter(({ allowed }) => allowed);
  const deciding = open.length > 0 ? open : targets;
  const policyIds = [...new Set(deciding.flatMap((one) => one.policyIds))].sort();
  const isRegional = targets.every(
    (one) =>
      one.outsideResidency ||
      (one.policyIds.length > 0 && one.policyIds.every((id) => policies?.readsRegion(id))),
  );
  return {
    allowed: open.length > 0,
    ...(open.length === 0 && { code: isRegional ? 'residency_denied' : 'policy_denied' }),
    policyIds,
    reasons: policyIds.map((policyId) => ({ policyId, description: policies?.describe(policyId) ?? '' })),
    alike: targets.every(({ allowed }) => allowed === open.length > 0),
    targets,
  };
}

const undecided = { allowed: true, policyIds: [] };

function decideTarget(
  { asker, action, context }: ModelQuestion,
  resource: AccessResource,
  policies: PolicySet,
  target: TargetFacts | undefined,
): { readonly allowed: boolean; readonly policyIds: readonly string[] } {
  const regions = target?.regions ?? [undefined];
  const answers = regions.map((region) =>
    policies.decide({
      asker,
      action,
      resource,
      context: {
        ...context,
        ...(region !== undefined && { region }),
        ...(target && { provider: target.kind, selfHosted: target.selfHosted }),
      },
    }),
  );
  const denied = answers.filter(({ allowed }) => !allowed);
  const deciding = denied.length > 0 ? denied : answers;
  return {
    allowed: denied.length === 0,
    policyIds: [...new Set(deciding.flatMap(({ policyIds }) => policyIds))],
  };
}

function isWithin({ regions }: TargetFacts, residency: readonly string[]): boolean {
  return regions?.every((region) => residency.includes(region)) ?? false;
}

const resources = new WeakMap<ModelFacts, AccessResource>();

/** A model's attributes are those of all its targets together, whichever is decided about. */
function resourceOf(model: ModelFacts): AccessResource {
  let resource = resources.get(model);
  if (!resource) {
    const { alias, targets } = model;
    resource = {
      type: 'Model',
      id: alias,
      attributes: {
        providers: [...new Set(targets.map(({ kind }) => kind))],
        regions: [...new Set(targets.flatMap(({ regions }) => regions ?? []))],
        selfHosted: targets.every(({ selfHosted }) => selfHosted),
      },
    };
    resources.set(model, resource);
  }
  return resource;
}
