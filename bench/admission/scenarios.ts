/** What the requests of a tenant are held to. */
export interface Scenario {
  readonly name: 'default' | 'limits' | 'budgets';
  readonly tenantId: string;
  readonly describes: string;
  /** Bodies of `POST /v1/openclaw/limits`. */
  readonly limits: readonly object[];
  /** Bodies of `POST /v1/openclaw/budgets`. */
  readonly budgets: readonly object[];
}

/** No load reaches these: what is measured is what it costs to look. */
const amounts = { requests_per_minute: 10_000_000, tokens_per_minute: 10_000_000_000 };
const fiveLevels = ['tenant', 'project', 'key', 'user', 'model'].map((level) => ({ level, ...amounts }));
const millionDollars = 1_000_000_000_000;
const threeLevels = ['tenant', 'project', 'key'].map((level) => ({
  level,
  amount_microusd: millionDollars,
  period: 'month',
}));

export const scenarios: readonly Scenario[] = [
  {
    name: 'default',
    tenantId: 'bench-default',
    describes: 'the deployment’s own limit of the key',
    limits: [],
    budgets: [],
  },
  {
    name: 'limits',
    tenantId: 'bench-limits',
    describes: 'limits of requests and tokens at five levels',
    limits: fiveLevels,
    budgets: [],
  },
  {
    name: 'budgets',
    tenantId: 'bench-budgets',
    describes: 'these, and a budget at three levels',
    limits: fiveLevels,
    budgets: threeLevels,
  },
];

/** A tenant that sends fifty times what it may. */
export const flood = {
  tenantId: 'bench-flood',
  limits: [{ level: 'tenant', requests_per_minute: 240 }],
  allowedPerSecond: 4,
  sentPerSecond: 200,
};
