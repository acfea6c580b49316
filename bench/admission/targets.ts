import { median } from '../load/quantile.ts';
import type { Fairness } from './fairness.ts';
import type { Figures } from './measures.ts';

/** Something that a run should show. */
export interface Target {
  readonly name: string;
  readonly target: string;
  readonly measured: string;
  readonly met: boolean;
}

/** Medians over the rounds, by scenario and measure. */
export type Medians = Readonly<Record<string, Readonly<Record<string, Figures>>>>;

export function checkTargets(medians: Medians, addedP50Ms: number, fairness: readonly Fairness[]): Target[] {
  const figure = (scenario: string, measure: string, name: string) =>
    medians[scenario]?.[measure]?.[name] ?? Number.NaN;
  const trips = Math.max(
    ...Object.keys(medians).map((scenario) => figure(scenario, 'lone', 'blockingTrips')),
  );
  const leased = figure('limits', 'throughput', 'admissionCallsPerRequest');
  const moved = median(fairness.map(({ before, during }) => moveOf(before.figures, during.figures)));
  return [
    {
      name: 'added by limits and budgets, p50',
      target: '≤ 1.5 ms',
      measured: `${addedP50Ms.toFixed(2)} ms`,
      met: addedP50Ms <= 1.5,
    },
    {
      name: 'blocking round trips of a lone request',
      target: '≤ 1',
      measured: String(trips),
      met: trips <= 1,
    },
    {
      name: 'calls per request from a lease of five limits',
      target: '≤ 0.1',
      measured: leased.toFixed(3),
      met: leased <= 0.1,
    },
    {
      name: 'p99 of a tenant beside a flood, moved by',
      target: '< 10 %',
      measured: `${(moved * 100).toFixed(1)} %`,
      met: moved < 0.1,
    },
  ];
}

export function moveOf(before: Figures, during: Figures): number {
  return (during.p99Ms ?? Number.NaN) / (before.p99Ms ?? Number.NaN) - 1;
}
