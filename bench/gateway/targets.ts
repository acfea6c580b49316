import type { Finding } from './rounds.ts';
import type { System } from './systems/system.ts';

/** Something that a run should show. */
export interface Target {
  readonly name: string;
  /** What is asked, with its unit. */
  readonly target: string;
  /** What was measured, with its unit. */
  readonly measured: string;
  readonly met: boolean;
}

/** What the targets are about, besides the findings of the rounds. Undefined: not measured. */
export interface OtherFigures {
  /** Beyond Node's own start, to the first answered chat completion. */
  readonly coldStartBeyondNodeMs: number;
  /** Of the modules that are loaded at start. */
  readonly bundleAtStartBytes: number;
  /** Requests sent without a durable record of intent and outcome each. */
  readonly requestsWithoutRecords: number;
}

const megabyte = 1_000_000;

/** Compares OpenClaw with what it sets out to be: faster than Portkey although everything is on. */
export function checkTargets(findings: readonly Finding[], other: OtherFigures): Target[] {
  const figure = (measure: string, system: System['name'], kind: 'medians' | 'added', name: string) =>
    findings.find((finding) => finding.measure === measure && finding.system === system)?.[kind][name] ??
    Number.NaN;
  const rate = figure('throughput', 'openclaw', 'medians', 'requestsPerSecond');
  const portkeyRate = figure('throughput', 'portkey', 'medians', 'requestsPerSecond');
  const latencies = ['latency0ms', 'latency60ms'].flatMap((measure) =>
    ['p50Ms', 'p99Ms'].map((name) => {
      const ours = figure(measure, 'openclaw', 'added', name);
      const theirs = figure(measure, 'portkey', 'added', name);
      return {
        name: `added latency, ${name.slice(0, 3)}, upstream ${measure.slice('latency'.length)}`,
        target: `≤ ½ of Portkey’s ${milliseconds(theirs)}`,
        measured: milliseconds(ours),
        met: ours <= theirs / 2,
      };
    }),
  );
  const firstTokenMs = figure('streaming', 'openclaw', 'added', 'firstTokenP50Ms');
  return [
    {
      name: 'requests per second',
      target: `≥ 2 × Portkey’s ${portkeyRate.toFixed(0)}`,
      measured: `${rate.toFixed(0)} (${(rate / portkeyRate).toFixed(2)} ×)`,
      met: rate >= 2 * portkeyRate,
    },
    ...latencies,
    {
      name: 'added time to first token, p50',
      target: '≤ 3 ms',
      measured: milliseconds(firstTokenMs),
      met: firstTokenMs <= 3,
    },
    {
      name: 'cold start beyond Node’s own',
      target: '≤ 150 ms',
      measured: milliseconds(other.coldStartBeyondNodeMs),
      met: other.coldStartBeyondNodeMs <= 150,
    },
    {
      name: 'bundle loaded at start',
      target: '≤ 1.5 MB',
      measured: `${(other.bundleAtStartBytes / megabyte).toFixed(2)} MB`,
      met: other.bundleAtStartBytes <= 1.5 * megabyte,
    },
    {
      name: 'requests without durable records',
      target: '0',
      measured: String(other.requestsWithoutRecords),
      met: other.requestsWithoutRecords === 0,
    },
  ];
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(2)} ms`;
}
