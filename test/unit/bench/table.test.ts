import { expect, it } from 'vitest';
import { table } from '../../../bench/table.ts';

it('a table has its first column to the left and the others to the right', () => {
  expect(
    table(
      ['', 'direct', 'openclaw'],
      [
        ['requests/s', '35225', '7'],
        ['memory', '', '120 MiB'],
      ],
    ),
  ).toBe(
    [
      '            direct  openclaw',
      '────────────────────────────',
      'requests/s   35225         7',
      'memory               120 MiB',
    ].join('\n'),
  );
});
