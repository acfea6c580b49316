import { createHash } from 'node:crypto';
import type { TenantSettings } from '../../tenancy/index.ts';
import { type LimitLevel, type LimitRule, meterNames } from './rule.ts';

/** Who makes a request, for which model. */
export interface RateSubject {
  readonly tenantId: string;
  /** '' for a caller that is in no project. */
  readonly projectId: string;
  readonly keyId: string;
  /** The caller's name for the person for whom it acts. */
  readonly endUser?: string;
  /** The name by which the caller asks for a model. */
  readonly model?: string;
}

/** What a key may do in a minute that has no rule of its own for it. */
export interface DefaultLimits {
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
}

export interface MatchedRule {
  readonly rule: LimitRule;
  /** The partition key of what is kept of it. */
  readonly partition: string;
}

type RulesBySubject = ReadonlyMap<string, readonly LimitRule[]>;

/** Finds the rules that apply to a request: those of its tenant, and the deployment's default for its key. */
export class RuleMatcher {
  readonly #default: LimitRule;
  /** The parts of the default that remain where a key's own rules say the rest. */
  readonly #partsOfDefault: Readonly<Record<string, LimitRule | undefined>>;
  /** Settings are read anew about once a minute, and then are another object. */
  readonly #sorted = new WeakMap<TenantSettings, Map<LimitLevel, RulesBySubject>>();

  constructor({ requestsPerMinute, tokensPerMinute }: DefaultLimits) {
    const base = { id: defaultRuleId, level: 'key', subject: '*', version: 0 } as const;
    this.#default = { ...base, requestsPerMinute, tokensPerMinute };
    this.#partsOfDefault = {
      requests: { ...base, requestsPerMinute },
      tokens: { ...base, tokensPerMinute },
      requeststokens: this.#default,
    };
  }

  match(settings: TenantSettings, subject: RateSubject): readonly MatchedRule[] {
    const matched: MatchedRule[] = [];
    let requests = 'requests';
    let tokens = 'tokens';
    for (const [level, bySubject] of this.#sort(settings)) {
      const id = subjectOf(level, subject);
      if (id === undefined) continue;
      for (const rules of [bySubject.get(id), bySubject.get('*')]) {
        for (const rule of rules ?? []) {
          if (rule.model !== undefined && rule.model !== subject.model) continue;
          matched.push({ rule, partition: partitionOf(rule, subject.tenantId, id) });
          if (level !== 'key' || rule.model !== undefined) continue;
          if (rule.requestsPerMinute !== undefined) requests = '';
          if (rule.tokensPerMinute !== undefined) tokens = '';
        }
      }
    }
    const rest = this.#partsOfDefault[requests + tokens];
    if (rest) matched.push({ rule: rest, partition: partitionOf(rest, subject.tenantId, subject.keyId) });
    return matched;
  }

  /** The deployment's default alone. */
  matchDefault({ tenantId, keyId }: RateSubject): readonly MatchedRule[] {
    return [{ rule: this.#default, partition: partitionOf(this.#default, tenantId, keyId) }];
  }

  #sort(settings: TenantSettings): Map<LimitLevel, RulesBySubject> {
    const known = this.#sorted.get(settings);
    if (known) return known;
    const sorted = new Map<LimitLevel, Map<string, LimitRule[]>>();
    for (const rule of settings.list<LimitRule>('limit')) {
      if (rule.concurrentRequests === undefined && meterNames.every((name) => rule[name] === undefined))
        continue;
      const bySubject = sorted.get(rule.level) ?? new Map<string, LimitRule[]>();
      const subject = rule.level === 'tenant' ? '*' : rule.subject;
      bySubject.set(subject, [...(bySubject.get(subject) ?? []), rule]);
      sorted.set(rule.level, bySubject);
    }
    this.#sorted.set(settings, sorted);
    return sorted;
  }
}

/** No rule of a tenant has this id. */
export const defaultRuleId = 'default';

/**
 * Whose limit of a level it is. A request that names no user counts as one more user's, all such together: otherwise a
 * caller would escape the limit by leaving the name out. One that is for no model has no limit of a model.
 */
function subjectOf(level: LimitLevel, subject: RateSubject): string | undefined {
  switch (level) {
    case 'tenant':
      return subject.tenantId;
    case 'project':
      return subject.projectId;
    case 'key':
      return subject.keyId;
    case 'user':
      return subject.endUser ?? '';
    case 'model':
      return subject.model;
  }
}

/** The partition key of a rule's meters: the tenant, the rule and whom it counts. */
export function partitionOf(rule: Pick<LimitRule, 'id'>, tenantId: string, subject: string): string {
  return `${tenantId}#limit#${rule.id}#${safe(subject)}`;
}

/** Callers choose names of users: long ones and those with signs of their own are told by their hash. */
const plainForm = /^[\w.@/-]{1,128}$/;

function safe(subject: string): string {
  return plainForm.test(subject) ? subject : `~${createHash('sha256').update(subject).digest('base64url')}`;
}
