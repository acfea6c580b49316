import type { AccessAction, AccessQuestion, PolicyAnswer } from './access-question.ts';
import type { Cedar } from './cedar.ts';
import type { PolicySetting } from './policy-setting.ts';
import type { PolicySlots, SlottedSet } from './policy-slots.ts';
import { toCedar } from './to-cedar.ts';

/** Sets a platform's policies apart from a tenant's, whose ids have no slash. */
const platformPrefix = 'platform/';
/** What is permitted where the tenant has no permit of its own. */
const defaultPermit = { id: 'default/permit', text: 'permit(principal, action, resource);' };
/** Answers that are remembered. */
const maxAnswers = 2_000;

/** The policies of one tenant and the platform's, as of one moment, ready to decide. */
export class PolicySet {
  readonly #parts = new Map<AccessAction, PolicyPart>();
  readonly #policies: ReadonlyMap<string, PolicySetting>;
  readonly #cedar: typeof Cedar;
  readonly #slots: PolicySlots;

  constructor(policies: ReadonlyMap<string, PolicySetting>, cedar: typeof Cedar, slots: PolicySlots) {
    this.#policies = policies;
    this.#cedar = cedar;
    this.#slots = slots;
  }

  /** True where the answer can depend on one of these attributes. */
  reads(action: AccessAction, attributes: readonly string[]): boolean {
    const part = this.#part(action);
    return attributes.some((attribute) => part.isRead(attribute));
  }

  /**
   * Decides by the policies that are about the action. One that fails to be evaluated forbids: it could be the one that
   * would have.
   */
  decide(question: AccessQuestion): PolicyAnswer {
    const part = this.#part(question.action);
    if (part.isEmpty) return { allowed: true, policyIds: [] };
    const call = toCedar(question, part.isRead);
    const key = JSON.stringify(call);
    const known = part.answers.get(key);
    if (known) return known;
    const answer = this.#ask({ ...call, preparsedPolicySetId: this.#slots.nameOf(part) });
    if (part.answers.size >= maxAnswers) part.answers.clear();
    part.answers.set(key, answer);
    return answer;
  }

  /** What a policy's owner says it is for; '' where that is nothing. */
  describe(policyId: string): string {
    return this.#policies.get(policyId)?.description ?? '';
  }

  /** True where a policy looks at where a model is. */
  readsRegion(policyId: string): boolean {
    const attributes = this.#policies.get(policyId)?.facts.attributes;
    return attributes?.includes('region') === true || attributes?.includes('regions') === true;
  }

  /** Gives up its places in the engine. Who still asks takes them again. */
  release(): void {
    for (const part of this.#parts.values()) this.#slots.release(part);
  }

  #ask(call: Cedar.StatefulAuthorizationCall): PolicyAnswer {
    const answer = this.#cedar.statefulIsAuthorized(call);
    if (answer.type === 'failure') {
      throw new Error(`policies cannot be asked: ${answer.errors.map(({ message }) => message).join('; ')}`);
    }
    const { decision, diagnostics } = answer.response;
    const failed = diagnostics.errors.map(({ policyId }) => policyId);
    return {
      allowed: decision === 'allow' && failed.length === 0,
      policyIds: [...new Set([...diagnostics.reason, ...failed])]
        .filter((id) => id !== defaultPermit.id)
        .sort(),
    };
  }

  #part(action: AccessAction): PolicyPart {
    let part = this.#parts.get(action);
    if (!part) {
      part = partOf(this.#policies, action);
      this.#parts.set(action, part);
    }
    return part;
  }
}

/** Those policies of a set that are about one action. */
interface PolicyPart extends SlottedSet {
  readonly isEmpty: boolean;
  readonly isRead: (attribute: string) => boolean;
  /** By question: the same one is asked again and again. */
  readonly answers: Map<string, PolicyAnswer>;
}

function partOf(all: ReadonlyMap<string, PolicySetting>, action: AccessAction): PolicyPart {
  const relevant = [...all].filter(([, { facts }]) => facts.actions?.includes(action) ?? true);
  const hasPermit = [...all.values()].some(({ facts }) => facts.effect === 'permit');
  const read = new Set(relevant.flatMap(([, { facts }]) => facts.attributes ?? []));
  const readsAll = relevant.some(([, { facts }]) => facts.attributes === undefined);
  const policies: Record<string, string> = {};
  for (const [id, { policy }] of relevant) policies[id] = policy;
  if (!hasPermit) policies[defaultPermit.id] = defaultPermit.text;
  return {
    policies,
    isEmpty: relevant.length === 0 && !hasPermit,
    isRead: (attribute) => readsAll || read.has(attribute),
    answers: new Map(),
  };
}

/** The enabled policies of a tenant and of the platform, by the ids that records and refusals name. */
export function enabledPolicies(
  tenant: readonly PolicySetting[],
  platform: readonly PolicySetting[],
): ReadonlyMap<string, PolicySetting> {
  const enabled = new Map<string, PolicySetting>();
  for (const policy of platform) if (policy.enabled) enabled.set(`${platformPrefix}${policy.id}`, policy);
  for (const policy of tenant) if (policy.enabled) enabled.set(policy.id, policy);
  return enabled;
}
