import { describe, expect, it } from 'vitest';
import { physicalName } from '../../../../lib/local/deployment/physical-name.ts';

describe('a physical name', () => {
  it('is the same each time and says where it comes from', () => {
    const name = physicalName('Shop-Data', 'Orders', { maxLength: 255 });
    expect(name).toMatch(/^Shop-Data-Orders-[0-9a-f]{12}$/);
    expect(physicalName('Shop-Data', 'Orders', { maxLength: 255 })).toBe(name);
  });

  it('keeps to what the service allows and stays distinct', () => {
    const rules = { maxLength: 63, lowerCase: true };
    const long = 'X'.repeat(100);
    const names = ['One', 'Other'].map((end) => physicalName('Shop', `${long}${end}`, rules));
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^[a-z0-9-]{63}$/);
  });

  it('differs between stacks whose names run into the logical id', () => {
    const rules = { maxLength: 255 };
    expect(physicalName('A-B', 'C', rules)).not.toBe(physicalName('A', 'B-C', rules));
  });
});
