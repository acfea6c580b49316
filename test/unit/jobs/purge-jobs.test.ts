import { describe, expect, it } from 'vitest';
import { caller, findings, memoryJobs, uncapped } from './memory-jobs.ts';

function holdIn(tenantId: string, { jobs }: ReturnType<typeof memoryJobs>) {
  return jobs.hold({
    principal: { ...caller, tenantId },
    settings: uncapped,
    requestId: 'req_1',
    path: '/v1/chat/completions',
    model: 'chat',
    body: Buffer.from('{"model":"chat"}'),
    holdMs: 86_400_000,
    findings,
  });
}

async function purgeAll({ jobs }: ReturnType<typeof memoryJobs>): Promise<readonly number[]> {
  const removed: number[] = [];
  do removed.push(await jobs.purgeTenant('acme'));
  while (removed.at(-1) !== 0);
  return removed;
}

describe('the jobs of a deleted tenant', () => {
  it('go with what they were asked, in pages, and no other tenant loses anything', async () => {
    const memory = memoryJobs();
    for (let count = 0; count < 30; count += 1) await holdIn('acme', memory);
    const kept = await holdIn('globex', memory);
    const removed = await purgeAll(memory);
    expect(removed.length).toBeGreaterThan(3);
    expect(
      [...memory.contents.keys(), ...memory.open.keys()].filter((key) => key.startsWith('acme')),
    ).toEqual([]);
    expect((await memory.jobs.store.list('acme', { limit: 10 })).items).toEqual([]);
    expect(memory.stored(kept)).toEqual(kept);
    expect([...memory.contents.keys()]).toEqual([`globex/${kept.body}`]);
  });

  it.each(['removeContent', 'unmarkOpen', 'remove'])(
    'go on where a failure of %s stopped it',
    async (failing) => {
      let isBroken = true;
      const memory = memoryJobs({
        before: async (operation) => {
          if (operation === failing && isBroken) {
            isBroken = false;
            throw new Error('cut off');
          }
        },
      });
      await holdIn('acme', memory);
      await expect(purgeAll(memory)).rejects.toThrow('cut off');
      await purgeAll(memory);
      expect([memory.contents.size, memory.open.size]).toEqual([0, 0]);
      expect((await memory.jobs.store.list('acme', { limit: 10 })).items).toEqual([]);
    },
  );
});
