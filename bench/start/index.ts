import { parseArgs } from 'node:util';
import { describeMachine } from '../machine.ts';
import { table } from '../table.ts';
import { measureEnforcement } from './enforcement.ts';
import { measureStartUp } from './start-up.ts';

const usage = `npm run bench -- start [options]
  --quick   one start and few calls: shows that it runs, not how fast`;

/** What the targets ask for. */
const targets = { addedP50Ms: 0.2, firstStartS: 15 } as const;

/**
 * How long the platform takes to start, and how much the local enforcement of IAM costs a call to storage. Prints tables
 * and, in the last line, everything as JSON.
 *
 * @returns the exit code; a missed target is a finding, not a failure
 */
export async function main(args: readonly string[]): Promise<number> {
  let quick: boolean;
  try {
    quick = parseArgs({ args: [...args], options: { quick: { type: 'boolean' } } }).values.quick ?? false;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return 1;
  }
  const machine = describeMachine();
  console.error('calls to storage, with IAM enforced and without');
  const enforcement = await measureEnforcement(quick ? 100 : 2_000);
  console.error('starts of the platform');
  const startUp = await measureStartUp(quick ? 1 : 5);
  console.log(`${machine.cores} cores of ${machine.cpu}, Node ${machine.node}\n`);
  console.log(
    table(
      ['p50, ms', 'enforced', 'plain', 'added'],
      enforcement.map(({ operation, enforcedP50Ms, plainP50Ms, addedP50Ms }) => [
        operation,
        enforcedP50Ms.toFixed(3),
        plainP50Ms.toFixed(3),
        addedP50Ms.toFixed(3),
      ]),
    ),
  );
  console.log(
    `\nReady after ${startUp.firstStartS.toFixed(1)} s the first time, ${startUp.laterStartS.toFixed(1)} s later\n`,
  );
  const met = {
    addedP50Ms: enforcement.every(({ addedP50Ms }) => addedP50Ms <= targets.addedP50Ms),
    firstStartS: startUp.firstStartS < targets.firstStartS,
  };
  console.log(
    `Target, at most ${targets.addedP50Ms} ms added to a call: ${met.addedP50Ms ? 'met' : 'missed'}`,
  );
  console.log(`Target, ready in under ${targets.firstStartS} s: ${met.firstStartS ? 'met' : 'missed'}`);
  console.log(
    JSON.stringify({
      benchmark: 'start',
      at: new Date().toISOString(),
      machine,
      enforcement,
      startUp,
      targets,
      met,
    }),
  );
  return 0;
}
