import { checkPolicy } from '../../lib/policy/access/check-policy.ts';
import {
  AccessPolicies,
  decideModelUse,
  type ModelFacts,
  type ModelQuestion,
  type PolicySet,
  type PolicySetting,
} from '../../lib/policy/access/index.ts';
import { fillTemplate } from '../../lib/policy/access/policy-templates.ts';
import { implicitTenant, platformTenantId, TenantSettings } from '../../lib/tenancy/index.ts';
import { quantile } from '../load/quantile.ts';

/** `usual`: as templates make them, many for one project or model. `for all`: every one is evaluated for every request. */
export type PolicyMix = 'usual' | 'for all';

export interface DecisionFigures {
  readonly mix: PolicyMix;
  readonly policies: number;
  /** Until the first decision of a changed set, the engine being loaded. */
  readonly prepareMs: number;
  /** A question that was not asked before. */
  readonly askedP50Ms: number;
  readonly askedP99Ms: number;
  /** The same question as before. */
  readonly rememberedP50Ms: number;
  readonly rememberedP99Ms: number;
}

/** One target in one region: one decision of the engine. */
const model: ModelFacts = {
  alias: 'model-0',
  targets: [{ provider: 'p', model: 'm', kind: 'bedrock', regions: ['eu-central-1'], selfHosted: false }],
};
const warmUp = 500;

/** Measures decisions by a set of policies that are all about the action. */
export async function measureDecisions(
  mix: PolicyMix,
  policies: number,
  decisions: number,
): Promise<DecisionFigures> {
  const settings = new TenantSettings(
    implicitTenant('acme'),
    new Map([['policy', await makePolicies(mix, policies)]]),
  );
  const start = performance.now();
  const set = await new AccessPolicies().of(settings, new TenantSettings(implicitTenant(platformTenantId)));
  if (!set) throw new Error('there are no policies');
  decide(set, 'first');
  const prepareMs = performance.now() - start;
  for (let index = 0; index < warmUp; index += 1) decide(set, `warm-${index}`);
  const asked: number[] = [];
  const remembered: number[] = [];
  for (let index = 0; index < decisions; index += 1) {
    asked.push(timed(() => decide(set, `key-${index}`)));
    remembered.push(timed(() => decide(set, `key-${index}`)));
  }
  return {
    mix,
    policies,
    prepareMs,
    askedP50Ms: quantile(asked, 0.5),
    askedP99Ms: quantile(asked, 0.99),
    rememberedP50Ms: quantile(remembered, 0.5),
    rememberedP99Ms: quantile(remembered, 0.99),
  };
}

function decide(set: PolicySet, keyId: string): void {
  const question: ModelQuestion = {
    asker: { kind: 'api-key', keyId, tenantId: 'acme', projectId: 'project-0', role: 'member' },
    action: 'invokeModel',
    model,
    context: {
      atMs: 1_800_000_000_000,
      dataClass: 'personal',
      sourceIp: '10.1.2.3',
      operation: 'chat',
      stream: true,
    },
  };
  if (!decideModelUse(question, set, undefined).allowed) throw new Error('the policies refuse');
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

async function makePolicies(mix: PolicyMix, count: number): Promise<readonly PolicySetting[]> {
  const kinds = mix === 'usual' ? usual : usual.slice(1, 2);
  return Promise.all(
    Array.from({ length: count }, async (_, index): Promise<PolicySetting> => {
      const policy = kinds[index % kinds.length]?.(index) ?? '';
      const check = await checkPolicy(policy);
      if (!check.valid) throw new Error(JSON.stringify(check.errors));
      const id = `policy-${index}`;
      return {
        id,
        description: '',
        enabled: true,
        policy,
        facts: check.facts,
        createdAtMs: 0,
        updatedAtMs: 0,
      };
    }),
  );
}

const usual: readonly ((index: number) => string)[] = [
  (index) =>
    fillTemplate('project-may-use-models', {
      project: `project-${index}`,
      models: ['model-0', `model-${index}`],
    }),
  (index) =>
    fillTemplate('data-class-stays-in-regions', {
      data_class: index % 8 === 1 ? 'personal' : `class-${index}`,
      regions: ['eu-central-1', 'eu-west-1'],
    }),
  (index) =>
    fillTemplate('project-may-be-used-from', {
      project: `project-${index}`,
      ranges: ['10.0.0.0/8', '192.0.2.0/24'],
    }),
  (
    index,
  ) => `forbid (principal, action == OpenClaw::Action::"invokeModel", resource == OpenClaw::Model::"other-${index}")
    when { context.time.hour < 6 && context.stream };`,
];
