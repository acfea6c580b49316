import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../../bench/gateway/options.ts';

describe('the options of the gateway benchmark', () => {
  it('have defaults', () => {
    expect(parseOptions([])).toEqual({ seconds: 5, rounds: 5, rate: 200, streamRate: 10, coldStarts: 11 });
  });

  it('are short with --quick, and still what was asked for', () => {
    expect(parseOptions(['--quick', '--rate', '50'])).toEqual({
      seconds: 1,
      rounds: 1,
      rate: 50,
      streamRate: 10,
      coldStarts: 3,
    });
  });

  it.each([
    [['--seconds', '0'], '--seconds takes a positive number, not 0'],
    [['--seconds', 'long'], '--seconds takes a positive number, not long'],
    [['--rounds', '1.5'], '--rounds takes a whole number, not 1.5'],
    [['--rate=-1'], '--rate takes a positive number, not -1'],
    [['--seconds=Infinity'], '--seconds takes a positive number, not Infinity'],
    [['--faster'], "Unknown option '--faster'"],
    [['everything'], "Unexpected argument 'everything'"],
  ])('refuse %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
