import { parseArgs } from 'node:util';

/** How long and how hard admission is measured. */
export interface AdmissionOptions {
  /** Of each measurement of each scenario in each round. */
  readonly seconds: number;
  readonly rounds: number;
  /** Requests per second of the latency measurements. */
  readonly rate: number;
  /** Requests that come alone, of each scenario. */
  readonly lone: number;
}

const full: AdmissionOptions = { seconds: 5, rounds: 5, rate: 200, lone: 20 };
/** Shows that everything runs; its figures say little. */
const quick: AdmissionOptions = { seconds: 1, rounds: 1, rate: 100, lone: 3 };

export const usage = `npm run bench -- admission [options]
  --quick          one short round: shows that it runs, not how fast
  --seconds <n>    length of each measurement (${full.seconds})
  --rounds <n>     rounds; figures are medians over them (${full.rounds})
  --rate <n>       requests per second of the latency measurements (${full.rate})
  --lone <n>       requests that come alone (${full.lone})`;

/** @throws Error where an option is unknown or not a positive number */
export function parseOptions(args: readonly string[]): AdmissionOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean' },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      rate: { type: 'string' },
      lone: { type: 'string' },
    },
  });
  const defaults = values.quick ? quick : full;
  return {
    seconds: positive('seconds', values.seconds, defaults.seconds),
    rounds: positive('rounds', values.rounds, defaults.rounds),
    rate: positive('rate', values.rate, defaults.rate),
    lone: positive('lone', values.lone, defaults.lone),
  };
}

function positive(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!(value > 0 && Number.isFinite(value)))
    throw new Error(`--${name} takes a positive number, not ${text}`);
  return value;
}
