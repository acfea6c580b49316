import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readQuery } from '../../../lib/gateway/body/read-query.ts';

const schema = z.object({
  limit: z.coerce.number().int().min(1).max(100).optional(),
  project_ids: z.array(z.string()).optional(),
});

describe('readQuery', () => {
  it.each([
    ['', {}],
    ['limit=5', { limit: '5' }],
    ['project_ids[]=a', { project_ids: ['a'] }],
    ['project_ids%5B%5D=a&project_ids%5B%5D=b', { project_ids: ['a', 'b'] }],
    ['project_ids=a&project_ids=b', { project_ids: ['a', 'b'] }],
  ])('reads %j', (text, expected) => {
    expect(readQuery(text, schema)).toEqual(expected);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=x', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['other=1', 'other'],
    ['__proto__=1', '__proto__'],
  ])('refuses %j, naming %s', (text, param) => {
    expect(() => readQuery(text, schema)).toThrow(expect.objectContaining({ status: 400, param }));
  });

  it('refuses one that is too long', () => {
    expect(() => readQuery(`limit=${'1'.repeat(9_000)}`, schema)).toThrow(/longer than/);
  });
});
