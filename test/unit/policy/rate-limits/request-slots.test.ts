import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RateAdmission } from '../../../../lib/policy/rate-limits/index.ts';
import { admittedOf, newWorld, type Process, settingsOf } from './support.ts';

async function admit(process: Process): Promise<RateAdmission> {
  const decision = await process.take();
  if (!decision.admitted) throw new Error('refused');
  return decision;
}

/** Takes as many as there are. */
async function takeAll(process: Process): Promise<RateAdmission[]> {
  const taken: RateAdmission[] = [];
  for (;;) {
    const decision = await process.take();
    if (!decision.admitted) return taken;
    taken.push(decision);
  }
}

const heldOf = (world: ReturnType<typeof newWorld>) =>
  [...world.store.holdings.values()]
    .flatMap((holdings) => Object.values(holdings))
    .reduce((sum, { count }) => sum + count, 0);

describe('concurrent requests', () => {
  it('are exactly as many as allowed, of 200 at once over three processes', async () => {
    const world = newWorld({ rules: [{ concurrentRequests: 20 }] });
    const processes = [world.process(), world.process(), world.process()];
    const takings = Array.from({ length: 200 }, (_, i) => (processes[i % 3] as Process).take());
    expect(await admittedOf(takings)).toBe(20);
    expect(heldOf(world)).toBe(20);
  });

  it('make room when they end, for every process', async () => {
    const world = newWorld({ rules: [{ concurrentRequests: 2 }] });
    const [one, other] = [world.process(), world.process()];
    const taken = await takeAll(one);
    expect(taken).toHaveLength(2);
    expect(await other.take()).toMatchObject({
      admitted: false,
      exhausted: 'concurrency',
      limit: 2,
      possible: true,
    });
    await Promise.all(taken.map((admission) => admission.release()));
    world.clock.ms += 250;
    expect(await takeAll(other)).toHaveLength(2);
  });

  it('LiteLLM 27639: hold nothing once they have ended, twice or not', async () => {
    const world = newWorld({ rules: [{ concurrentRequests: 5 }] });
    const process = world.process();
    const taken = await takeAll(process);
    for (const admission of taken) {
      await admission.release();
      await admission.release();
      await admission.cancel();
    }
    expect(heldOf(world)).toBe(0);
    expect(await takeAll(process)).toHaveLength(5);
  });

  it('LiteLLM 30330: of a process that died make room within a minute', async () => {
    const world = newWorld({ rules: [{ concurrentRequests: 4 }] });
    await admit(world.process());
    const lives = world.process();
    const held = [await admit(lives), await admit(lives)];
    world.clock.ms += 59_000;
    expect(await takeAll(world.process())).toHaveLength(1);
    // Those of the living are renewed by a timer, which the clock of this test does not turn.
    await held[0]?.release();
    world.clock.ms += 2_000;
    expect(await takeAll(world.process())).toHaveLength(2);
  });

  it('need no write each while others are under way in the same process', async () => {
    const world = newWorld({ rules: [{ concurrentRequests: 100 }] });
    const process = world.process();
    let underWay = await Promise.all(Array.from({ length: 10 }, () => admit(process)));
    const writes = () => world.store.operations.filter((operation) => operation === 'change').length;
    const before = writes();
    for (let round = 0; round < 50; round += 1) {
      await underWay[0]?.release();
      underWay = [...underWay.slice(1), await admit(process)];
    }
    expect(writes() - before).toBe(0);
    await Promise.all(underWay.map((admission) => admission.release()));
    expect(heldOf(world)).toBe(0);
  });

  it('asks the store nothing for a while once all slots are held', async () => {
    const world = newWorld({ rules: [{ concurrentRequests: 1 }] });
    await admit(world.process());
    const process = world.process();
    await process.take();
    const before = world.store.operations.length;
    for (let i = 0; i < 100; i += 1) expect((await process.take()).admitted).toBe(false);
    expect(world.store.operations.length).toBe(before);
  });

  it('that were admitted go on where the limit is lowered; no more are admitted', async () => {
    const world = newWorld({ rules: [{ concurrentRequests: 5 }] });
    const process = world.process();
    const taken = await takeAll(process);
    world.settings = settingsOf({ concurrentRequests: 2, version: 2 });
    expect((await process.take()).admitted).toBe(false);
    for (const admission of taken.slice(0, 3)) await admission.release();
    world.clock.ms += 250;
    expect((await process.take()).admitted).toBe(false);
    await taken[3]?.release();
    world.clock.ms += 250;
    expect(await takeAll(process)).toHaveLength(1);
  });

  it('hold no slot where another limit refused', async () => {
    const world = newWorld({
      rules: [
        { level: 'tenant', requestsPerMinute: 1 },
        { level: 'key', concurrentRequests: 3 },
      ],
    });
    const taken = await admit(world.process());
    await taken.release();
    expect((await world.process().take()).admitted).toBe(false);
    await new Promise((resolve) => setImmediate(resolve));
    expect(heldOf(world)).toBe(0);
  });

  it('do not take a slot that is being returned', async () => {
    const gate = { opened: Promise.resolve() };
    const world = newWorld({ rules: [{ concurrentRequests: 2 }], latency: () => gate.opened });
    const [one, other] = [world.process(), world.process()];
    const [first] = await takeAll(one);
    // Long enough that two at once are no longer lately.
    world.clock.ms += 5_000;
    const { promise, resolve } = Promise.withResolvers<void>();
    gate.opened = promise;
    void first?.release();
    await new Promise((turn) => setImmediate(turn));
    const takings = [one.take(), other.take()];
    await new Promise((turn) => setImmediate(turn));
    resolve();
    // Together with the one that goes on there are two.
    expect(await admittedOf(takings)).toBe(1);
  });

  it('are refused where the store does not answer, and leak nothing', async () => {
    const world = newWorld({ rules: [{ requestsPerMinute: 100, concurrentRequests: 3 }] });
    const process = world.process();
    world.store.fails = true;
    await expect(process.take()).rejects.toMatchObject({ name: 'LimitsUnavailable' });
    world.store.fails = false;
    world.clock.ms += 1_000;
    expect(await takeAll(process)).toHaveLength(3);
  });

  it('never are more than allowed, and leave nothing behind, however they interleave', async () => {
    const plans = fc.array(fc.record({ process: fc.nat({ max: 2 }), turns: fc.nat({ max: 12 }) }), {
      minLength: 1,
      maxLength: 80,
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.nat(), plans, async (limit, seed, plan) => {
        let state = seed;
        const world = newWorld({
          rules: [{ concurrentRequests: limit }],
          latency: async () => {
            state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
            for (let turns = state % 4; turns > 0; turns -= 1)
              await new Promise((resolve) => setImmediate(resolve));
          },
        });
        const processes = [world.process(), world.process(), world.process()];
        let underWay = 0;
        let most = 0;
        await Promise.all(
          plan.map(async ({ process, turns }, index) => {
            for (let i = 0; i < index % 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
            const decision = await (processes[process] as Process).take();
            if (!decision.admitted) return;
            underWay += 1;
            most = Math.max(most, underWay);
            for (let i = 0; i < turns; i += 1) await new Promise((resolve) => setImmediate(resolve));
            underWay -= 1;
            await decision.release();
          }),
        );
        expect(most).toBeLessThanOrEqual(limit);
        for (let i = 0; i < 40; i += 1) await new Promise((resolve) => setImmediate(resolve));
        expect(heldOf(world)).toBe(0);
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});
