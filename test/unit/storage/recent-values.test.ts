import { describe, expect, it } from 'vitest';
import { RecentValues } from '../../../lib/storage/recent-values.ts';

function start(most: number) {
  const made: string[] = [];
  const values = new RecentValues(most, (key) => {
    made.push(key);
    return { key };
  });
  return { values, made };
}

describe('RecentValues', () => {
  it('makes one value per key', () => {
    const { values, made } = start(3);
    expect(values.get('a')).toBe(values.get('a'));
    expect(values.get('b')).not.toBe(values.get('a'));
    expect(made).toEqual(['a', 'b']);
  });

  it('forgets the one that was not asked for the longest', () => {
    const { values, made } = start(2);
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) values.get(key);
    expect(made).toEqual(['a', 'b', 'c', 'b']);
  });

  it('makes anew what was forgotten, the last one too', () => {
    const { values, made } = start(2);
    values.get('a');
    values.forget('a');
    values.get('a');
    expect(made).toEqual(['a', 'a']);
  });

  it('keeps nothing of a key whose value could not be made', () => {
    let fails = true;
    const values = new RecentValues(2, (key) => {
      if (fails) throw new Error('not now');
      return key;
    });
    expect(() => values.get('a')).toThrow('not now');
    fails = false;
    expect(values.get('a')).toBe('a');
  });
});
