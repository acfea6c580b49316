import { type CostAssumptions, defaultAssumptions, MEASURED_CPU_MS } from './assumptions.ts';
import type { CostEstimate, HourlyCost } from './estimate.ts';
import type { ModelCost } from './model-costs.ts';

type Row = readonly string[];

/** The estimate for a terminal, or a page in Markdown: tables with their sums, then what the figures rest on. */
export function formatEstimate(estimate: CostEstimate): string {
  const { idle, perMillionRequests, models, hourly, notPriced } = estimate;
  const parts = [
    section(`Idle: ${usd(idle.usdPerMonth)} a month`, [
      ['Stack', 'Resource', 'For', 'USD per month'],
      ...idle.resources.map((each) => [each.stack, each.resource, each.basis, amount(each.usdPerMonth)]),
      ['', '', 'all', amount(idle.usdPerMonth)],
    ]),
    section(`Requests: ${usd(perMillionRequests.usd)} per million, without the models`, [
      ['Service', 'Per request', 'USD per million'],
      ...perMillionRequests.services.map((each) => [each.service, each.basis, amount(each.usd)]),
      ['', 'all', amount(perMillionRequests.usd)],
    ]),
    section('Models, at their providers', [
      ['Model', 'First target', 'Per request', 'USD per million'],
      ...models.map((each) => [each.model, each.target, each.basis, perMillion(each)]),
    ]),
    section(hourlyTitle(estimate), [
      ['Stack', 'Machines', 'Least', 'Most', 'USD per hour, least', 'most'],
      ...hourly.resources.map(hourlyRow),
    ]),
    section('Not priced: these are in no figure above', [
      ['Stack', 'Resource', 'Reason'],
      ...notPriced.map((each) => [each.stack, each.resource, each.reason]),
    ]),
    ...monthOf(estimate),
    explainFigures(estimate),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function perMillion({ usdPerMillionRequests, isBilledByHour }: ModelCost): string {
  if (usdPerMillionRequests !== null) return amount(usdPerMillionRequests);
  return isBilledByHour ? '' : 'unknown';
}

function hourlyTitle({ hourly }: CostEstimate): string {
  const more = hourly.isIncomplete ? ', and machines without a known price' : '';
  return `Billed by the hour while it runs: up to ${usd(hourly.maxUsdPerHour)} an hour${more}`;
}

function hourlyRow(each: HourlyCost): Row {
  const price = (value: number | null) => (value === null ? 'unknown' : amount(value));
  return [
    each.stack,
    each.instanceType,
    String(each.minInstances),
    String(each.maxInstances),
    price(each.minUsdPerHour),
    price(each.maxUsdPerHour),
  ];
}

function monthOf({ assumptions, usdPerMonth }: CostEstimate): string[] {
  const { requestsPerMonth } = assumptions;
  if (requestsPerMonth === 0) return [];
  const requests = requestsPerMonth.toLocaleString('en-US');
  return [
    `A month with ${requests} requests: ${usd(usdPerMonth)}, without models and what is billed by the hour.`,
  ];
}

function explainFigures({
  region,
  pricesDate,
  assumptions,
  hourly,
  instancePricesDate,
}: CostEstimate): string {
  const changed = Object.entries(assumptions).filter(
    ([name, value]) =>
      defaultAssumptions[name as keyof CostAssumptions] !== value && name !== 'requestsPerMonth',
  );
  const given = changed.map(([name, value]) => `${name} ${value}`).join(', ');
  return [
    `List prices of ${region}, ${pricesDate}, without free tiers, discounts and taxes.`,
    ...(hourly.resources.length > 0 ? [`Prices of machines: ${instancePricesDate}.`] : []),
    `Of the time that Lambda bills, a request takes ${MEASURED_CPU_MS} ms of CPU; the rest is the model's.`,
    ...(given === '' ? [] : [`Assumed by you: ${given}.`]),
  ].join('\n');
}

/** A heading with a table, or nothing where the table has no row. */
function section(title: string, [head, ...rows]: readonly Row[]): string {
  if (head === undefined || rows.length === 0) return '';
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const numeric = head.map((_, column) =>
    rows.every((row) => /^([\d.,]+|unknown|)$/.test(row[column] ?? '')),
  );
  const line = (row: Row) =>
    `| ${row.map((cell, column) => pad(cell, widths[column] ?? 0, numeric[column] ?? false)).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => `${'-'.repeat(width + 1)}${numeric[column] ? ':' : '-'}`).join('|')}|`;
  return [`${title}`, '', line(head), rule, ...rows.map(line)].join('\n');
}

function pad(text: string, width: number, isNumeric: boolean): string {
  return isNumeric ? text.padStart(width) : text.padEnd(width);
}

/** To the cent, save amounts below it. */
function amount(value: number): string {
  return value > 0 && value < 0.01 ? value.toPrecision(1) : value.toFixed(2);
}

function usd(value: number): string {
  return `$${amount(value)}`;
}
