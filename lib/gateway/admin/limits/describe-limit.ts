import type { LimitRule, MeterName, MeterStanding } from '../../../policy/index.ts';

/** The API's names of what a rule limits. */
export const amountNames = {
  requests_per_minute: 'requestsPerMinute',
  requests_per_day: 'requestsPerDay',
  tokens_per_minute: 'tokensPerMinute',
  tokens_per_day: 'tokensPerDay',
  concurrent_requests: 'concurrentRequests',
} as const;

export type AmountName = keyof typeof amountNames;
export type Amounts = { readonly [Name in AmountName]?: number | null };

/** A rule as the API shows it. */
export function describeLimit(rule: LimitRule) {
  const { id, level, subject, model, version } = rule;
  return {
    id,
    object: 'limit',
    level,
    subject,
    model: model ?? null,
    ...mapAmounts((name) => rule[name] ?? null),
    version,
  };
}

export function describeStandings(
  subject: string,
  standings: Readonly<Partial<Record<MeterName, MeterStanding>>>,
): object {
  const { concurrent_requests: _, ...described } = mapAmounts((name) => {
    const standing = name === 'concurrentRequests' ? undefined : standings[name];
    if (!standing) return null;
    return { limit: standing.limit, remaining: standing.remaining, reset_ms: standing.resetMs };
  });
  return { subject, ...described };
}

/** A rule with some amounts changed; null removes one. */
export function withAmounts(rule: LimitRule, amounts: Amounts): LimitRule {
  const changed: Record<string, unknown> = { ...rule };
  for (const [wireName, name] of Object.entries(amountNames)) {
    const amount = amounts[wireName as AmountName];
    if (amount === null) delete changed[name];
    else if (amount !== undefined) changed[name] = amount;
  }
  return changed as unknown as LimitRule;
}

export function hasAmount(rule: LimitRule): boolean {
  return Object.values(amountNames).some((name) => rule[name] !== undefined);
}

function mapAmounts<Value>(
  toValue: (name: (typeof amountNames)[AmountName]) => Value,
): Record<AmountName, Value> {
  return {
    requests_per_minute: toValue('requestsPerMinute'),
    requests_per_day: toValue('requestsPerDay'),
    tokens_per_minute: toValue('tokensPerMinute'),
    tokens_per_day: toValue('tokensPerDay'),
    concurrent_requests: toValue('concurrentRequests'),
  };
}
