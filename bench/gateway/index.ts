import { describeMachine } from '../machine.ts';
import { measureColdStart } from './cold-start/measure-cold-start.ts';
import { measureBundle } from './measures/bundle-size.ts';
import { latency } from './measures/latency.ts';
import { streaming } from './measures/streaming.ts';
import { oneByOne, throughput } from './measures/throughput.ts';
import { type BenchOptions, parseOptions, usage } from './options.ts';
import { formatReport, type Report } from './report/report.ts';
import { runRounds } from './rounds.ts';
import { startBareFunction } from './systems/bare-function.ts';
import { startChildServer } from './systems/child-server.ts';
import { direct } from './systems/direct.ts';
import { startOpenClaw } from './systems/openclaw.ts';
import { startPortkey } from './systems/portkey.ts';
import { type SystemUsage, upstreamLatenciesMs } from './systems/system.ts';
import { checkTargets } from './targets.ts';

/** Between two chunks of a stream. */
const chunkDelayMs = 10;
/** Lets V8 compile what is hot before anything counts; discarded. */
const warmUpSeconds = 1;

/**
 * Compares a direct call, a bare function, OpenClaw and Portkey's gateway. Prints progress to stderr, tables to stdout and, in the last
 * line, everything as JSON.
 *
 * @returns the exit code: 1 where a request failed or has no durable record; a missed target is a finding, not a failure
 */
export async function main(args: readonly string[]): Promise<number> {
  let options: BenchOptions;
  try {
    options = parseOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return 1;
  }
  const report = await measure(options, (message) => console.error(message));
  console.log(formatReport(report));
  console.log(JSON.stringify(report));
  return report.rounds.failures.length === 0 && report.records.complete === report.records.requests ? 0 : 1;
}

async function measure(options: BenchOptions, onProgress: (message: string) => void): Promise<Report> {
  const machine = describeMachine();
  await using running = new AsyncDisposableStack();
  const upstream = await startChildServer<string>(new URL('./systems/serve-upstream.ts', import.meta.url), [
    String(chunkDelayMs),
  ]);
  running.defer(() => upstream.stop());
  onProgress('starting Portkey');
  const portkey = await startPortkey(upstream.ready);
  running.defer(() => portkey.stop());
  onProgress('starting the bare function');
  const bare = await startBareFunction(upstream.ready);
  running.defer(() => bare.stop());
  onProgress('starting OpenClaw');
  const openclaw = await startOpenClaw(upstream.ready);
  running.defer(() => openclaw.stop());

  const systems = [direct(upstream.ready), bare, openclaw, portkey];
  const measures = [
    throughput,
    oneByOne,
    ...upstreamLatenciesMs.map((latencyMs) => latency(latencyMs, options.rate)),
    streaming(options.streamRate),
  ];
  onProgress('warming up');
  const warmUp = await runRounds(
    systems,
    [throughput],
    { rounds: 1, seconds: warmUpSeconds },
    () => undefined,
  );
  const rounds = await runRounds(systems, measures, options, onProgress);
  const usages: Record<string, SystemUsage> = {};
  for (const system of systems) {
    const used = await system.usage();
    if (used) usages[system.name] = used;
  }
  onProgress('cold starts');
  const coldStart = await measureColdStart(openclaw, options.coldStarts);
  onProgress('counting records');
  const records = {
    requests: (warmUp.requests.openclaw ?? 0) + (rounds.requests.openclaw ?? 0) + coldStart.requests,
    ...(await openclaw.records()),
  };
  const bundle = await measureBundle(`${openclaw.deployment.codeDirectory}/index.mjs`);
  return {
    benchmark: 'gateway',
    at: new Date().toISOString(),
    machine,
    options,
    rounds,
    usage: usages,
    coldStart,
    bundle,
    records,
    targets: checkTargets(rounds.findings, {
      coldStartBeyondNodeMs: coldStart.chatBeyondNodeMs,
      bundleAtStartBytes: bundle.atStartBytes,
      requestsWithoutRecords: records.requests - records.complete,
    }),
  };
}
