import type { Machine } from '../../machine.ts';
import { table } from '../../table.ts';
import type { ColdStart } from '../cold-start/measure-cold-start.ts';
import type { BundleSize } from '../measures/bundle-size.ts';
import type { BenchOptions } from '../options.ts';
import type { Finding, RoundsResult } from '../rounds.ts';
import type { RecordCounts } from '../systems/count-records.ts';
import type { System, SystemUsage } from '../systems/system.ts';
import type { Target } from '../targets.ts';

/** Everything that a run found. Printed as it is in the last line. */
export interface Report {
  readonly benchmark: 'gateway';
  readonly at: string;
  readonly machine: Machine;
  readonly options: BenchOptions;
  readonly rounds: RoundsResult;
  /** After all the load, by system. */
  readonly usage: Readonly<Record<string, SystemUsage>>;
  readonly coldStart: ColdStart;
  readonly bundle: BundleSize;
  readonly records: RecordCounts & { readonly requests: number };
  readonly targets: readonly Target[];
}

const systems: readonly System['name'][] = ['direct', 'bare', 'openclaw', 'portkey'];

/** The report for people: tables of what was measured and of the targets. */
export function formatReport(report: Report): string {
  const { machine, options, coldStart, bundle, records, targets, rounds } = report;
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}; load average before: ${machine.loadAverageBefore.toFixed(2)}`,
    `rounds: ${options.rounds}, each of ${options.seconds} s per measurement; figures are medians over the rounds, “added” ` +
      'is the difference from the direct call in the same round',
    '',
    table(['', ...systems], measured(rounds.findings, report.usage, options)),
    '',
    `cold start: ${ms(coldStart.chatMs)} to the first chat completion, ${ms(coldStart.healthMs)} to the first GET /healthz; ` +
      `Node’s own start ${ms(coldStart.nodeMs)}; medians of ${options.coldStarts}`,
    `bundle: ${kilobytes(bundle.atStartBytes)} loaded at start, ${kilobytes(bundle.totalBytes)} in all`,
    `records: ${records.requests} requests sent, ${records.intents} intents and ${records.outcomes} outcomes stored`,
    '',
    table(
      ['target', 'asked', 'measured', 'met'],
      targets.map(({ name, target, measured, met }) => [name, target, measured, met ? 'yes' : 'NO']),
    ),
    ...rounds.failures.map(({ system, measure, reason }) => `FAILED: ${system}, ${measure}: ${reason}`),
  ].join('\n');
}

function measured(
  findings: readonly Finding[],
  usage: Report['usage'],
  { rate, streamRate }: BenchOptions,
): string[][] {
  const row = (
    label: string,
    measure: string,
    kind: 'medians' | 'added',
    figure: string,
    format: (value: number) => string = ms,
  ) => [
    label,
    ...systems.map((system) => {
      const found = findings.find((finding) => finding.measure === measure && finding.system === system);
      const value = found?.[kind][figure];
      return value === undefined || (kind === 'added' && system === 'direct') ? '' : format(value);
    }),
  ];
  const usageRow = (label: string, figure: keyof SystemUsage) => [
    label,
    ...systems.map((system) => {
      const bytes = usage[system]?.[figure];
      return bytes === undefined ? '' : `${Math.round(bytes / 2 ** 20)} MiB`;
    }),
  ];
  const latencyRows = [0, 60].flatMap((upstream) => {
    const measure = `latency${upstream}ms`;
    const label = `${rate}/s, upstream ${upstream} ms`;
    return [
      row(`${label}: p50`, measure, 'medians', 'p50Ms'),
      row(`${label}: p99`, measure, 'medians', 'p99Ms'),
      row(`${label}: added p50`, measure, 'added', 'p50Ms'),
      row(`${label}: added p99`, measure, 'added', 'p99Ms'),
      row(`${label}: the generator’s own lateness, p99`, measure, 'medians', 'generatorLatenessP99Ms'),
    ];
  });
  return [
    row('requests/s, 32 connections', 'throughput', 'medians', 'requestsPerSecond', (value) =>
      value.toFixed(0),
    ),
    row('CPU per request, the function alone', 'throughput', 'medians', 'functionCpuMsPerRequest'),
    row('CPU per request, whole process', 'throughput', 'medians', 'processCpuMsPerRequest'),
    row('requests/s, one at a time', 'oneByOne', 'medians', 'requestsPerSecond', (value) => value.toFixed(0)),
    row(
      'CPU per request, one at a time, the function alone',
      'oneByOne',
      'medians',
      'functionCpuMsPerRequest',
    ),
    row('CPU per request, one at a time, whole process', 'oneByOne', 'medians', 'processCpuMsPerRequest'),
    ...latencyRows,
    row(`${streamRate} streams/s: first token p50`, 'streaming', 'medians', 'firstTokenP50Ms'),
    row(`${streamRate} streams/s: added first token p50`, 'streaming', 'added', 'firstTokenP50Ms'),
    row(`${streamRate} streams/s: chunk on its way, p50`, 'streaming', 'medians', 'chunkTransitP50Ms'),
    row(`${streamRate} streams/s: jitter between chunks, p99`, 'streaming', 'medians', 'jitterP99Ms'),
    row(`${streamRate} streams/s: added jitter, p99`, 'streaming', 'added', 'jitterP99Ms'),
    usageRow('resident memory at the end', 'rssBytes'),
    usageRow('resident memory, peak', 'peakRssBytes'),
  ];
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1_000)} kB`;
}
