import { startChildServer } from '../gateway/systems/child-server.ts';
import { median } from '../load/quantile.ts';
import { describeMachine } from '../machine.ts';
import { type Fairness, measureFairness } from './fairness.ts';
import { type Figures, measureLatency, measureLone, measureThroughput, type Sample } from './measures.ts';
import { type AdmissionOptions, parseOptions, usage } from './options.ts';
import { type Platform, startPlatform } from './platform.ts';
import { type AdmissionReport, formatReport } from './report.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { checkTargets } from './targets.ts';

/**
 * Measures what rate limits and budgets cost, and what a tenant sees of another that floods. Prints progress to stderr,
 * tables to stdout and, in the last line, everything as JSON.
 *
 * @returns the exit code: 1 where a request failed; a missed target is a finding, not a failure
 */
export async function main(args: readonly string[]): Promise<number> {
  let options: AdmissionOptions;
  try {
    options = parseOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return 1;
  }
  const report = await measure(options, (message) => console.error(message));
  console.log(formatReport(report));
  console.log(JSON.stringify(report));
  return report.failures.length === 0 ? 0 : 1;
}

const measures = {
  throughput: measureThroughput,
  latency: measureLatency,
} satisfies Record<string, Measure>;

type Measure = (platform: Platform, scenario: Scenario, options: AdmissionOptions) => Promise<Sample>;

async function measure(
  options: AdmissionOptions,
  onProgress: (message: string) => void,
): Promise<AdmissionReport> {
  const machine = describeMachine();
  await using running = new AsyncDisposableStack();
  const upstream = await startChildServer<string>(
    new URL('../gateway/systems/serve-upstream.ts', import.meta.url),
    ['0'],
  );
  running.defer(() => upstream.stop());
  onProgress('starting the platform');
  const platform = await startPlatform(upstream.ready);
  running.defer(() => platform.stop());

  const samples = new Map<string, Figures[]>();
  const failures: string[] = [];
  const note = (scenario: Scenario, name: string, sample: Sample) => {
    const key = `${scenario.name} ${name}`;
    samples.set(key, [...(samples.get(key) ?? []), sample.figures]);
    failures.push(...sample.failures.map((reason) => `${key}: ${reason}`));
  };
  onProgress('warming up');
  for (const scenario of scenarios) await measureThroughput(platform, scenario, { ...options, seconds: 1 });
  const fairness: Fairness[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    for (const [name, run] of Object.entries(measures)) {
      onProgress(`round ${round + 1} of ${options.rounds}: ${name}`);
      // Who goes first changes, so that none always follows the same other.
      const start = round % scenarios.length;
      for (const scenario of [...scenarios.slice(start), ...scenarios.slice(0, start)]) {
        note(scenario, name, await run(platform, scenario, options));
      }
    }
    onProgress(`round ${round + 1} of ${options.rounds}: fairness`);
    fairness.push(await measureFairness(platform, options));
  }
  for (const scenario of scenarios) {
    onProgress(`requests that come alone: ${scenario.name}`);
    note(scenario, 'lone', await measureLone(platform, scenario, options));
  }

  const figuresOf = (scenario: string, name: string) => samples.get(`${scenario} ${name}`) ?? [];
  const medians = Object.fromEntries(
    scenarios.map(({ name: scenario }) => [
      scenario,
      Object.fromEntries(
        [...Object.keys(measures), 'lone'].map((name) => [name, mediansOf(figuresOf(scenario, name))]),
      ),
    ]),
  );
  const added = Object.fromEntries(
    scenarios.map(({ name }) => [name, addedTo(figuresOf(name, 'latency'), figuresOf('default', 'latency'))]),
  );
  return {
    benchmark: 'admission',
    at: new Date().toISOString(),
    machine,
    options,
    medians,
    added,
    fairness,
    targets: checkTargets(medians, added.budgets?.p50Ms ?? Number.NaN, fairness),
    failures,
  };
}

function mediansOf(rounds: readonly Figures[]): Figures {
  return Object.fromEntries(
    Object.keys(rounds[0] ?? {}).map((name) => [
      name,
      median(rounds.map((figures) => figures[name] ?? Number.NaN)),
    ]),
  );
}

function addedTo(rounds: readonly Figures[], before: readonly Figures[]): Figures {
  return mediansOf(
    rounds.map((figures, round) =>
      Object.fromEntries(
        Object.entries(figures).map(([name, value]) => [name, value - (before[round]?.[name] ?? Number.NaN)]),
      ),
    ),
  );
}
