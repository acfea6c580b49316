import { parseArgs } from 'node:util';
import { describeMachine } from '../machine.ts';
import { table } from '../table.ts';
import { type DecisionFigures, measureDecisions } from './measure-decisions.ts';
import { type LoadFigures, measureLoad } from './measure-load.ts';

const usage = `npm run bench -- policies [options]
  --decisions   decisions per row, by default 20,000
  --quick       a few decisions: shows that it runs, not how fast`;

/** What the targets ask for. */
const targets = { decisionP99Ms: 1, policies: 200 } as const;
const rows = [
  ['usual', 1],
  ['usual', 10],
  ['usual', 100],
  ['usual', 200],
  ['for all', 200],
] as const;

/**
 * How long a decision of access policies takes, by how many there are, and what loading the engine costs. Prints tables and,
 * in the last line, everything as JSON.
 *
 * @returns the exit code; a missed target is a finding, not a failure
 */
export async function main(args: readonly string[]): Promise<number> {
  let decisions: number;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { decisions: { type: 'string', default: '20000' }, quick: { type: 'boolean' } },
    });
    decisions = values.quick ? 200 : Number(values.decisions);
    if (!Number.isInteger(decisions) || decisions < 100) throw new Error('--decisions: a number from 100');
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return 1;
  }
  const machine = describeMachine();
  const load = await measureLoad();
  const figures: DecisionFigures[] = [];
  for (const [mix, policies] of rows) {
    console.error(`${policies} policies, ${mix}`);
    figures.push(await measureDecisions(mix, policies, decisions));
  }
  print(machine.cpu, machine.cores, machine.loadAverageBefore, load, figures);
  const met = figures
    .filter(({ policies }) => policies === targets.policies)
    .map(({ mix, askedP99Ms }) => ({ mix, decisionP99Ms: askedP99Ms <= targets.decisionP99Ms }));
  for (const { mix, decisionP99Ms } of met) {
    console.log(
      `Target, p99 of at most ${targets.decisionP99Ms} ms at ${targets.policies} policies, ${mix}: ${decisionP99Ms ? 'met' : 'missed'}`,
    );
  }
  const at = new Date().toISOString();
  console.log(JSON.stringify({ benchmark: 'policies', at, machine, load, decisions: figures, targets, met }));
  return 0;
}

function print(
  cpu: string,
  cores: number,
  busy: number,
  load: LoadFigures,
  figures: readonly DecisionFigures[],
): void {
  console.log(`${cores} cores of ${cpu}, Node ${process.version}, load average before: ${busy.toFixed(1)}\n`);
  console.log(
    table(
      [
        'policies',
        'prepare, ms',
        'asked p50, ms',
        'asked p99, ms',
        'remembered p50, ms',
        'remembered p99, ms',
      ],
      figures.map((row) => [
        `${row.policies} ${row.mix}`,
        row.prepareMs.toFixed(1),
        row.askedP50Ms.toFixed(3),
        row.askedP99Ms.toFixed(3),
        row.rememberedP50Ms.toFixed(4),
        row.rememberedP99Ms.toFixed(4),
      ]),
    ),
  );
  console.log(
    `\nLoading the engine: ${load.importMs.toFixed(0)} ms, ${load.memoryMib.toFixed(0)} MiB of memory, ` +
      `${(load.wasmBytes / 1e6).toFixed(2)} MB in a function's package (${(load.compressedBytes / 1e6).toFixed(2)} MB compressed)\n`,
  );
}
