import type { AccessContext, Asker } from './access-question.ts';
import { decideModelUse, type ModelDecision } from './decide-model-use.ts';
import type { ModelFacts } from './model-facts.ts';
import type { PolicySet } from './policy-set.ts';

/** A request that nobody made, to see what would be decided about it. In the API's names. */
export interface AccessCase {
  readonly action: 'invokeModel' | 'tune' | 'readDocuments';
  /** For `invokeModel` and `tune`. */
  readonly model?: string;
  /** For `readDocuments`. */
  readonly vector_store?: string;
  readonly who: {
    /** An API key's id. @default - none in particular */
    readonly key?: string;
    /** The member or service account that signed in, or that the key acts for. */
    readonly user?: string;
    readonly project?: string;
    /** @default member */
    readonly role?: string;
  };
  readonly context?: {
    readonly data_class?: string;
    readonly source_ip?: string;
    readonly end_user?: string;
    /** ISO 8601. @default - now */
    readonly time?: string;
    /** @default chat */
    readonly operation?: string;
    readonly stream?: boolean;
    readonly max_tokens?: number;
  };
}

export interface CaseSurroundings {
  readonly tenantId: string;
  /** Absent: there are none. */
  readonly policies: PolicySet | undefined;
  readonly residency: readonly string[] | undefined;
  readonly model: ModelFacts | undefined;
}

/** What would be decided, in the API's names. */
export interface CaseAnswer {
  readonly decision: 'allow' | 'deny';
  readonly code: ModelDecision['code'] | null;
  readonly policy_ids: readonly string[];
  readonly reasons: readonly { readonly policy_id: string; readonly description: string }[];
  readonly targets: readonly {
    readonly provider: string;
    readonly model: string;
    readonly regions: readonly string[] | null;
    readonly decision: 'allow' | 'deny';
    readonly policy_ids: readonly string[];
    readonly outside_residency: boolean;
  }[];
}

/**
 * Decides a case as a request would be.
 *
 * @param surroundings - where the case takes place; `model` is that of the case, where it names one
 */
export function decideCase(wanted: AccessCase, surroundings: CaseSurroundings): CaseAnswer {
  const { tenantId, policies, residency, model } = surroundings;
  const asker = askerOf(wanted, tenantId);
  const context = contextOf(wanted);
  if (wanted.action === 'readDocuments') {
    const answer = policies?.decide({
      asker,
      action: 'readDocuments',
      resource: { type: 'VectorStore', id: wanted.vector_store ?? '', attributes: {} },
      context,
    }) ?? { allowed: true, policyIds: [] };
    return {
      decision: answer.allowed ? 'allow' : 'deny',
      code: answer.allowed ? null : 'policy_denied',
      policy_ids: answer.policyIds,
      reasons: answer.policyIds.map((id) => ({ policy_id: id, description: policies?.describe(id) ?? '' })),
      targets: [],
    };
  }
  const decision = decideModelUse(
    { asker, action: wanted.action, model: model ?? { alias: wanted.model ?? '', targets: [] }, context },
    policies,
    residency,
  );
  return {
    decision: decision.allowed ? 'allow' : 'deny',
    code: decision.code ?? null,
    policy_ids: decision.policyIds,
    reasons: decision.reasons.map(({ policyId, description }) => ({ policy_id: policyId, description })),
    targets: decision.targets.map(({ target, allowed, policyIds, outsideResidency }) => ({
      provider: target.provider,
      model: target.model,
      regions: target.regions ?? null,
      decision: allowed ? 'allow' : 'deny',
      policy_ids: policyIds,
      outside_residency: outsideResidency,
    })),
  };
}

function askerOf({ who }: AccessCase, tenantId: string): Asker {
  const isPerson = who.key === undefined && who.user?.startsWith('user') === true;
  return {
    kind: isPerson ? 'person' : 'api-key',
    keyId: who.key ?? who.user ?? 'any',
    tenantId,
    projectId: who.project ?? '',
    role: (who.role ?? 'member') as Asker['role'],
    ...(who.user !== undefined && { userId: who.user }),
  };
}

function contextOf({ action, context = {} }: AccessCase): AccessContext {
  const { data_class, source_ip, end_user, time, operation, stream, max_tokens } = context;
  return {
    atMs: time === undefined ? Date.now() : Date.parse(time),
    ...(data_class !== undefined && { dataClass: data_class }),
    ...(source_ip !== undefined && { sourceIp: source_ip }),
    ...(end_user !== undefined && { endUser: end_user }),
    ...(action === 'invokeModel' && { operation: operation ?? 'chat', stream: stream ?? false }),
    ...(max_tokens !== undefined && { maxTokens: max_tokens }),
  };
}
