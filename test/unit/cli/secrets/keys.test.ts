import { describe, expect, it } from 'vitest';
import { describeKeys } from '../../../../lib/cli/secrets/list-keys.ts';
import { withoutFormerKey, withoutKey } from '../../../../lib/cli/secrets/remove-key.ts';
import { requireKeyName } from '../../../../lib/cli/secrets/require-key-name.ts';
import { withKey } from '../../../../lib/cli/secrets/set-key.ts';

describe('a key that is set', () => {
  it.each([
    ['where there was none, stands alone', {}, { KEY: 'new' }],
    ['in place of another, keeps it behind', { KEY: 'old' }, { KEY: ['new', 'old'] }],
    ['for the second time, keeps only the last one', { KEY: ['old', 'oldest'] }, { KEY: ['new', 'old'] }],
    ['again, does not stand behind itself', { KEY: 'new' }, { KEY: 'new' }],
    ['again while it replaces another, keeps that', { KEY: ['new', 'old'] }, { KEY: ['new', 'old'] }],
    ['in place of what is no key, stands alone', { KEY: '' }, { KEY: 'new' }],
  ])('%s', (_what, before, after) => {
    const others = { generated: 'x', OTHER: 'other' };
    expect(withKey({ ...others, ...before }, 'KEY', 'new')).toEqual({ ...others, ...after });
  });
});

describe('a key that is removed', () => {
  it('is gone with the one behind it', () => {
    expect(withoutKey({ KEY: ['new', 'old'], OTHER: 'x' }, 'KEY')).toEqual({ OTHER: 'x' });
    expect(() => withoutKey({ OTHER: 'x' }, 'KEY')).toThrow('no key is stored under KEY');
  });

  it('as the former one leaves the new one', () => {
    expect(withoutFormerKey({ KEY: ['new', 'old'] }, 'KEY')).toEqual({ KEY: 'new' });
    expect(() => withoutFormerKey({ KEY: 'new' }, 'KEY')).toThrow('no former key');
  });
});

describe('the list', () => {
  it('tells what is stored and shows no key', () => {
    const secret = {
      generated: 'secret-0',
      ONE: 'secret-1',
      THREE_: ['secret-2', 'secret-3'],
      OLD: 'secret-4',
    };
    expect(describeKeys(['ONE', 'THREE_', 'TWO'], secret)).toEqual([
      'ONE     stored',
      'THREE_  stored, with the former key behind it',
      'TWO     missing',
      'OLD     stored, but not named in the configuration',
    ]);
  });
});

describe('a key typed in place of its name', () => {
  it('is refused and not quoted', () => {
    requireKeyName('UPSTREAM_OPENAI_API_KEY');
    expect(() => requireKeyName('sk-proj-123')).toThrow('standard input');
    expect(() => requireKeyName('sk-proj-123')).not.toThrow('sk-proj');
  });
});
