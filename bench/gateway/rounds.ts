import { median } from '../load/quantile.ts';
import type { Figures, Measure, Sample } from './measures/measure.ts';
import type { System } from './systems/system.ts';

/** What one measure found of one system. */
export interface Finding {
  readonly measure: string;
  readonly system: System['name'];
  /** The median over the rounds of each figure. */
  readonly medians: Figures;
  /** The median over the rounds of each figure's difference from the direct call in the same round. */
  readonly added: Figures;
}

export interface RoundsResult {
  readonly findings: readonly Finding[];
  /** Requests sent, by system. */
  readonly requests: Readonly<Record<string, number>>;
  readonly failures: readonly {
    readonly system: string;
    readonly measure: string;
    readonly reason: string;
  }[];
}

/**
 * Runs every measure on every system, round after round, the systems taking turns. A machine that slows down for a while
 * slows all of them, and differences are taken within a round.
 *
 * @param systems - the first one is the direct call
 */
export async function runRounds(
  systems: readonly System[],
  measures: readonly Measure[],
  load: { readonly rounds: number; readonly seconds: number },
  onProgress: (message: string) => void,
): Promise<RoundsResult> {
  const samples = new Map<string, Sample[]>();
  const failures: { system: string; measure: string; reason: string }[] = [];
  const requests: Record<string, number> = {};
  for (let round = 0; round < load.rounds; round += 1) {
    for (const measure of measures) {
      onProgress(`round ${round + 1} of ${load.rounds}: ${measure.name}`);
      for (const system of rotate(systems, round)) {
        const sample = await measure.run(system, load.seconds);
        const key = `${measure.name} ${system.name}`;
        samples.set(key, [...(samples.get(key) ?? []), sample]);
        requests[system.name] = (requests[system.name] ?? 0) + sample.requests;
        for (const { count, reasons } of sample.failures) {
          if (count > 0) {
            const reason = `${count} failed: ${reasons.join('; ')}`;
            failures.push({ system: system.name, measure: measure.name, reason });
          }
        }
      }
    }
  }
  const figuresOf = (measure: Measure, system: System | undefined) =>
    (samples.get(`${measure.name} ${system?.name}`) ?? []).map(({ figures }) => figures);
  const findings = measures.flatMap((measure) =>
    systems.map((system) => ({
      measure: measure.name,
      system: system.name,
      ...summarize(figuresOf(measure, system), figuresOf(measure, systems[0])),
    })),
  );
  return { findings, requests, failures };
}

/** Who goes first changes, so that no system always follows the same other. */
function rotate<Item>(items: readonly Item[], by: number): Item[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

function summarize(
  rounds: readonly Figures[],
  direct: readonly Figures[],
): Pick<Finding, 'medians' | 'added'> {
  const names = Object.keys(rounds[0] ?? {});
  const medians = names.map((name) => [name, median(rounds.map((figures) => figures[name] ?? Number.NaN))]);
  const added = names
    .filter((name) => direct[0]?.[name] !== undefined)
    .map((name) => [
      name,
      median(rounds.map((figures, i) => (figures[name] ?? Number.NaN) - (direct[i]?.[name] ?? Number.NaN))),
    ]);
  return { medians: Object.fromEntries(medians), added: Object.fromEntries(added) };
}
