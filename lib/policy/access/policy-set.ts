import type { AccessAction, AccessQuestion, PolicyAnswer } from './access-question.ts';
import type { Cedar } from './cedar.ts';
import { type ActionPolicies, policiesAbout } from './policies-about.ts';
import type { PolicySetting } from './policy-setting.ts';
import type { PolicySlots } from './policy-slots.ts';
import { toCedar } from './to-cedar.ts';

/** Answers that are remembered, of each action. */
const maxAnswers = 2_000;

/** The policies of one tenant and the platform's, as of one moment, ready to decide. */
export class PolicySet {
  readonly #about = new Map<AccessAction, ActionPolicies>();
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
    const { isRead } = this.#policiesAbout(action);
    return attributes.some((attribute) => isRead(attribute));
  }

  /** Decides by the policies that are about the action and about who and what it is about. */
  decide(question: AccessQuestion): PolicyAnswer {
    const about = this.#policiesAbout(question.action);
    if (about.isEmpty) return { allowed: true, policyIds: [] };
    const call = toCedar(question, about.isRead);
    const key = JSON.stringify(call);
    const known = about.answers.get(key);
    if (known) return known;
    const answer = this.#ask(call, about);
    if (about.answers.size >= maxAnswers) about.answers.clear();
    about.answers.set(key, answer);
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
    for (const { groups } of this.#about.values()) {
      for (const group of groups.values()) this.#slots.release(group);
    }
  }

  /**
   * Asks the engine about each group of policies that can say something, and puts the answers together by the rules of the
   * language: one that forbids forbids, or else one that permits permits. One that fails to be evaluated forbids: it could
   * be the one that would have.
   */
  #ask(call: ReturnType<typeof toCedar>, about: ActionPolicies): PolicyAnswer {
    const forbidding: string[] = [];
    const permitting: string[] = [];
    for (const group of about.groupsFor(call.entities)) {
      const answer = this.#cedar.statefulIsAuthorized({
        ...call,
        preparsedPolicySetId: this.#slots.nameOf(group),
      });
      if (answer.type === 'failure') {
        throw new Error(
          `policies cannot be asked: ${answer.errors.map(({ message }) => message).join('; ')}`,
        );
      }
      const { decision, diagnostics } = answer.response;
      (decision === 'deny' ? forbidding : permitting).push(...diagnostics.reason);
      forbidding.push(...diagnostics.errors.map(({ policyId }) => policyId));
    }
    const allowed = forbidding.length === 0 && (permitting.length > 0 || !about.needsPermit);
    return { allowed, policyIds: [...new Set(allowed ? permitting : forbidding)].sort() };
  }

  #policiesAbout(action: AccessAction): ActionPolicies {
    let about = this.#about.get(action);
    if (!about) {
      about = policiesAbout(action, this.#policies);
      this.#about.set(action, about);
    }
    return about;
  }
}
