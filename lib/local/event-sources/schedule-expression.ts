const unitMs: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/**
 * The period of `rate(5 minutes)`.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html#eb-rate-expressions
 *
 * @returns undefined for what is no rate: the local runtime runs no `cron(…)`
 * @throws Error for a rate that AWS refuses
 */
export function ratePeriodMs(expression: string): number | undefined {
  const [, rate] = /^rate\((.*)\)$/.exec(expression) ?? [];
  if (rate === undefined) return undefined;
  const [, value = '', unit = '', plural] = /^(\d+) (minute|hour|day)(s?)$/.exec(rate) ?? [];
  const count = Number(value);
  const isPlural = plural === 's';
  if (count < 1 || isPlural !== count > 1) {
    throw new Error(`${expression} is no rate: write rate(1 minute) or rate(5 minutes), hour(s) or day(s)`);
  }
  return count * (unitMs[unit] ?? 0);
}
