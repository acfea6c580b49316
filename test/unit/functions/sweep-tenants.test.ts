import { describe, expect, it } from 'vitest';
import { sweepTenants } from '../../../functions/sweeper/sweep-tenants.ts';

async function* tenants(count: number) {
  for (let index = 0; index < count; index += 1) yield `tenant-${index}`;
}

const noDeadline = new AbortController().signal;

describe('sweeping all tenants', () => {
  it('runs every sweep once for each, in the order of the sweeps', async () => {
    const swept: string[] = [];
    const sweep = (name: string) => ({
      name,
      run: async (tenantId: string) => void swept.push(`${tenantId} ${name}`),
    });
    await sweepTenants({ tenants: tenants(25), sweeps: [sweep('a'), sweep('b')], deadline: noDeadline });
    expect(swept).toHaveLength(50);
    expect(new Set(swept).size).toBe(50);
    expect(swept.indexOf('tenant-3 a')).toBeLessThan(swept.indexOf('tenant-3 b'));
  });

  it('goes on where one fails, and fails at the end', async () => {
    const swept: string[] = [];
    const run = async (tenantId: string) => {
      if (tenantId === 'tenant-1') throw new Error('it is broken');
      swept.push(tenantId);
    };
    const sweeping = sweepTenants({
      tenants: tenants(3),
      sweeps: [{ name: 'a', run }],
      deadline: noDeadline,
    });
    await expect(sweeping).rejects.toThrow('1 sweeps of tenants failed');
    expect(swept.toSorted()).toEqual(['tenant-0', 'tenant-2']);
  });

  it('begins somewhere else each time, so that a short time leaves no tenant out for ever', async () => {
    const swept = new Set<string>();
    for (const random of [0, 0.5]) {
      const deadline = new AbortController();
      const run = async (tenantId: string) => {
        swept.add(tenantId);
        deadline.abort();
      };
      await sweepTenants({
        tenants: tenants(40),
        sweeps: [{ name: 'a', run }],
        deadline: deadline.signal,
        random: () => random,
      });
    }
    expect(swept).toContain('tenant-0');
    expect(swept).toContain('tenant-20');
    expect(swept.size).toBeLessThan(40);
  });

  it('has nothing to do where there are none', async () => {
    await sweepTenants({ tenants: tenants(0), sweeps: [], deadline: noDeadline });
  });
});
