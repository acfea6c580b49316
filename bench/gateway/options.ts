import { parseArgs } from 'node:util';

/** How long and how hard the systems are measured. */
export interface BenchOptions {
  /** Of each measurement of each system in each round. */
  readonly seconds: number;
  readonly rounds: number;
  /** Requests per second of the latency measurements. */
  readonly rate: number;
  /** Streams opened per second of the streaming measurement. */
  readonly streamRate: number;
  /** Starts of a fresh process, per kind. */
  readonly coldStarts: number;
}

/** Long enough for a p99 of 1,000 requests in each of five rounds. */
const full: BenchOptions = { seconds: 5, rounds: 5, rate: 200, streamRate: 10, coldStarts: 11 };
/** Shows that everything runs; its figures say little. */
const quick: BenchOptions = { ...full, seconds: 1, rounds: 1, coldStarts: 3 };

export const usage = `npm run bench -- gateway [options]
  --quick              one short round, about half a minute in all: shows that it runs, not how fast
  --seconds <n>        length of each measurement (${full.seconds})
  --rounds <n>         rounds; figures are medians over them (${full.rounds})
  --rate <n>           requests per second of the latency measurements (${full.rate})
  --stream-rate <n>    streams opened per second (${full.streamRate})
  --cold-starts <n>    fresh processes per kind of cold start (${full.coldStarts})`;

/** @throws Error where an option is unknown or not a positive number */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean' },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      rate: { type: 'string' },
      'stream-rate': { type: 'string' },
      'cold-starts': { type: 'string' },
    },
  });
  const defaults = values.quick ? quick : full;
  return {
    seconds: positive('seconds', values.seconds, defaults.seconds),
    rounds: whole('rounds', values.rounds, defaults.rounds),
    rate: positive('rate', values.rate, defaults.rate),
    streamRate: positive('stream-rate', values['stream-rate'], defaults.streamRate),
    coldStarts: whole('cold-starts', values['cold-starts'], defaults.coldStarts),
  };
}

function positive(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!(value > 0 && Number.isFinite(value)))
    throw new Error(`--${name} takes a positive number, not ${text}`);
  return value;
}

function whole(name: string, text: string | undefined, otherwise: number): number {
  const value = positive(name, text, otherwise);
  if (!Number.isInteger(value)) throw new Error(`--${name} takes a whole number, not ${text}`);
  return value;
}
