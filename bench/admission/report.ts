import type { Machine } from '../machine.ts';
import { table } from '../table.ts';
import type { Fairness } from './fairness.ts';
import type { AdmissionOptions } from './options.ts';
import { scenarios } from './scenarios.ts';
import { type Medians, moveOf, type Target } from './targets.ts';

/** Everything that a run found. Printed as it is in the last line. */
export interface AdmissionReport {
  readonly benchmark: 'admission';
  readonly at: string;
  readonly machine: Machine;
  readonly options: AdmissionOptions;
  readonly medians: Medians;
  /** Median over the rounds of the difference from the default scenario in the same round, by scenario. */
  readonly added: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly fairness: readonly Fairness[];
  readonly targets: readonly Target[];
  readonly failures: readonly string[];
}

export function formatReport(report: AdmissionReport): string {
  const { machine, options, medians, added, fairness, targets, failures } = report;
  const names = scenarios.map(({ name }) => name);
  const row = (label: string, measure: string, figure: string, digits = 2) => [
    label,
    ...names.map((name) => (medians[name]?.[measure]?.[figure] ?? Number.NaN).toFixed(digits)),
  ];
  const addedRow = (label: string, figure: string) => [
    label,
    ...names.map((name) => (name === 'default' ? '' : (added[name]?.[figure] ?? Number.NaN).toFixed(2))),
  ];
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}; load average before: ${machine.loadAverageBefore.toFixed(2)}`,
    `rounds: ${options.rounds}, each of ${options.seconds} s per measurement; figures are medians over the rounds, “added” is the difference from the first scenario in the same round`,
    ...scenarios.map(({ name, describes }) => `${name}: ${describes}`),
    '',
    table(
      ['', ...names],
      [
        row('requests/s, 32 connections', 'throughput', 'requestsPerSecond', 0),
        row('admission’s calls per request', 'throughput', 'admissionCallsPerRequest', 3),
        row('writes of records per request', 'throughput', 'recordWritesPerRequest', 3),
        row(`${options.rate}/s: p50, ms`, 'latency', 'p50Ms'),
        row(`${options.rate}/s: p99, ms`, 'latency', 'p99Ms'),
        addedRow(`${options.rate}/s: added p50, ms`, 'p50Ms'),
        addedRow(`${options.rate}/s: added p99, ms`, 'p99Ms'),
        row(`${options.rate}/s: admission’s calls per request`, 'latency', 'admissionCallsPerRequest', 3),
        row('alone: admission’s calls per request', 'lone', 'admissionCallsPerRequest'),
        row('alone: blocking round trips', 'lone', 'blockingTrips', 0),
        row('alone: blocking round trips, at most', 'lone', 'mostBlockingTrips', 0),
      ],
    ),
    '',
    table(
      ['beside a tenant at 50 × its limit', 'p50, ms', 'p99, ms', 'moved', 'refused of sent'],
      fairness.flatMap(({ before, during, flood }) => [
        ['before', ...quantiles(before.figures), '', ''],
        [
          'during',
          ...quantiles(during.figures),
          `${(moveOf(before.figures, during.figures) * 100).toFixed(1)} %`,
          `${flood.refused} of ${flood.sent}`,
        ],
      ]),
    ),
    '',
    table(
      ['target', 'asked', 'measured', 'met'],
      targets.map(({ name, target, measured, met }) => [name, target, measured, met ? 'yes' : 'NO']),
    ),
    ...failures.map((failure) => `FAILED: ${failure}`),
  ].join('\n');
}

function quantiles({ p50Ms = Number.NaN, p99Ms = Number.NaN }: Readonly<Record<string, number>>): string[] {
  return [p50Ms.toFixed(2), p99Ms.toFixed(2)];
}
