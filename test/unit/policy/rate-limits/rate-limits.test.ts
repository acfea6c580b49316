import { describe, expect, it } from 'vitest';
import type { RateAdmission, RateRefusal } from '../../../../lib/policy/rate-limits/index.ts';
import { admittedOf, drain, newWorld, type Process, settingsOf, start } from './support.ts';

async function admit(process: Process, tokens = 0): Promise<RateAdmission> {
  const decision = await process.take(tokens);
  if (!decision.admitted) throw new Error('refused');
  return decision;
}

async function refuse(process: Process, tokens = 0): Promise<RateRefusal> {
  const decision = await process.take(tokens);
  if (decision.admitted) throw new Error('admitted');
  return decision;
}

describe('RateLimits, requests', () => {
  it('admits exactly the limit of 200 concurrent requests', async () => {
    const world = newWorld({ rules: [{ requestsPerMinute: 20 }] });
    const process = world.process();
    expect(await admittedOf(Array.from({ length: 200 }, () => process.take()))).toBe(20);
  });

  it.each([1, 3, 7, 11, 13, 600, 997, 1_000])(
    'admits exactly %i at once, whatever a unit comes to',
    async (limit) => {
      const world = newWorld({ rules: [{ requestsPerMinute: limit }] });
      const processes = [world.process(), world.process(), world.process()];
      const takings = Array.from({ length: limit + 50 }, (_, i) => (processes[i % 3] as Process).take());
      expect(await admittedOf(takings)).toBe(limit);
    },
  );

  it.each(['requestsPerMinute', 'requestsPerDay', 'tokensPerMinute', 'tokensPerDay', 'concurrentRequests'])(
    'OrcaRouter 72: are limited by %s where that is all that is set',
    async (amount) => {
      const process = newWorld({ rules: [{ [amount]: amount.startsWith('tokens') ? 10 : 1 }] }).process();
      await admit(process, 10);
      await refuse(process, 10);
    },
  );

  it('admits 10 a second of 50 a second beyond the burst', async () => {
    const world = newWorld({ rules: [{ requestsPerMinute: 600 }] });
    const process = world.process();
    expect(await drain(process)).toBe(600);
    let admitted = 0;
    for (let i = 0; i < 250; i += 1) {
      world.clock.ms += 20;
      if ((await process.take()).admitted) admitted += 1;
    }
    expect(admitted).toBeGreaterThanOrEqual(49);
    expect(admitted).toBeLessThanOrEqual(50);
  });

  it('tells when to come back: then it is admitted, and not a millisecond before', async () => {
    const world = newWorld({ rules: [{ requestsPerMinute: 7 }] });
    const process = world.process();
    expect(await drain(process)).toBe(7);
    world.clock.ms += 1_234;
    const { retryAfterMs } = await refuse(process);
    expect(retryAfterMs).toBeGreaterThan(7_000);
    world.clock.ms += retryAfterMs - 1;
    expect((await refuse(world.process())).retryAfterMs).toBe(1);
    world.clock.ms += 1;
    await admit(world.process());
  });

  it('asks the store nothing while it knows the answer', async () => {
    const world = newWorld({ rules: [{ requestsPerMinute: 20 }] });
    const process = world.process();
    await drain(process);
    const before = world.store.operations.length;
    for (let i = 0; i < 1_000; i += 1) {
      world.clock.ms += 2;
      await refuse(process);
    }
    expect(world.store.operations.length - before).toBe(0);
  });

  it('needs a write for the first request, and none for most of many', async () => {
    const world = newWorld({ rules: [{ requestsPerMinute: 60_000 }] });
    const process = world.process();
    for (let i = 0; i < 2_000; i += 1) {
      if (i % 10 === 9) world.clock.ms += 20;
      await admit(process);
    }
    expect(world.store.operations.length).toBeLessThan(40);
  });

  it('charges a single request for no more than itself', async () => {
    const world = newWorld({ rules: [{ requestsPerMinute: 600 }] });
    const admission = await admit(world.process());
    expect(admission.standing().requests).toEqual({ limit: 600, remaining: 599, resetMs: 100 });
    expect([...world.store.items.values()][0]).toEqual({ requestsPerMinute: (start + 100) * 1_000 });
  });

  it('shares one write among all who come at once', async () => {
    const world = newWorld({ rules: [{ requestsPerMinute: 600 }] });
    const process = world.process();
    await Promise.all(Array.from({ length: 100 }, () => process.take()));
    expect(world.store.operations).toEqual(['charge']);
  });

  it('waits for no second write where some of the first drains on the way back', async () => {
    const world = newWorld({
      rules: [{ requestsPerMinute: 600 }],
      latency: async () => {
        world.clock.ms += 300;
      },
    });
    const process = world.process();
    expect(await admittedOf([process.take(), process.take()])).toBe(2);
    expect(world.store.operations).toEqual(['charge']);
  });

  it('does not admit from a lease what has drained from the bucket meanwhile', async () => {
    const world = newWorld({ rules: [{ requestsPerMinute: 600 }] });
    const [one, other] = [world.process(), world.process()];
    for (let i = 0; i < 4; i += 1) await admit(one);
    world.clock.ms += 59_000;
    expect((await drain(other)) + (await drain(one))).toBe(600);
  });
});

describe('RateLimits, tokens', () => {
  it('admits by tokens and lets a smaller request through when a larger one is refused', async () => {
    const world = newWorld({ rules: [{ tokensPerMinute: 10_000 }] });
    const process = world.process();
    await admit(process, 9_000);
    expect(await refuse(process, 2_000)).toMatchObject({
      exhausted: 'tokens',
      period: 'minute',
      limit: 10_000,
      retryAfterMs: 6_000,
      possible: true,
    });
    await admit(process, 900);
  });

  it('says that a request larger than the limit never fits, without asking the store', async () => {
    const world = newWorld({ rules: [{ tokensPerMinute: 10_000 }] });
    expect(await refuse(world.process(), 10_001)).toMatchObject({ exhausted: 'tokens', possible: false });
    expect(world.store.operations).toEqual([]);
    await admit(world.process(), 10_000);
  });

  it('gives back what was estimated too high, for every process', async () => {
    const world = newWorld({ rules: [{ tokensPerMinute: 10_000 }] });
    const admission = await admit(world.process(), 10_000);
    await admission.settle(4_000);
    expect(admission.standing().tokens).toEqual({ limit: 10_000, remaining: 6_000, resetMs: 24_000 });
    const other = world.process();
    await refuse(other, 6_001);
    await admit(other, 6_000);
  });

  it('looks again now and then whether tokens were given back that were used up', async () => {
    const world = newWorld({ rules: [{ tokensPerMinute: 10_000 }] });
    const [one, other] = [world.process(), world.process()];
    const admission = await admit(one, 10_000);
    await refuse(other, 1_000);
    await admission.settle(0);
    await refuse(other, 1_000);
    world.clock.ms += 1_000;
    await admit(other, 1_000);
  });

  it('has the next requests wait for what was used beyond the estimate, in every process', async () => {
    const world = newWorld({ rules: [{ tokensPerMinute: 10_000 }] });
    const process = world.process();
    await (await admit(process, 100)).settle(15_000);
    expect(await refuse(process, 100)).toMatchObject({ retryAfterMs: 30_600 });
    expect(await refuse(world.process(), 100)).toMatchObject({ retryAfterMs: 30_600 });
    world.clock.ms += 30_600;
    await admit(world.process(), 100);
  });

  it('settles a request once', async () => {
    const world = newWorld({ rules: [{ tokensPerMinute: 10_000 }] });
    const admission = await admit(world.process(), 5_000);
    await admission.settle(1_000);
    await admission.settle(0);
    await admission.cancel();
    expect(admission.standing().tokens?.remaining).toBe(9_000);
  });

  it('a store that fails behind the answer loses no debt', async () => {
    const world = newWorld({ rules: [{ tokensPerMinute: 10_000 }] });
    const process = world.process();
    const admission = await admit(process, 100);
    world.store.fails = true;
    await admission.settle(10_000);
    world.store.fails = false;
    await refuse(process, 100);
  });
});

describe('RateLimits, several limits', () => {
  it('holds a request to all of its limits, and takes nothing where one refuses', async () => {
    const world = newWorld({
      rules: [
        { id: 'tenant', level: 'tenant', requestsPerMinute: 5 },
        { id: 'key', level: 'key', requestsPerMinute: 100 },
      ],
    });
    const process = world.process();
    expect(await drain(process)).toBe(5);
    expect(await refuse(process)).toMatchObject({ rule: { id: 'tenant' } });
    const other = await world.process().take(0, { keyId: 'key-2' });
    expect(other).toMatchObject({ admitted: false, rule: { id: 'tenant' } });
    world.clock.ms += 12_000;
    const admission = await admit(process);
    expect(admission.standing().requests).toMatchObject({ limit: 5, remaining: 0 });
  });

  it('gives back what one limit admitted when another, asked at the same time, refused', async () => {
    const rules = [
      { id: 'tenant', level: 'tenant', requestsPerMinute: 5 },
      { id: 'key', level: 'key', requestsPerMinute: 10 },
    ] as const;
    const world = newWorld({ rules });
    await drain(world.process());
    const process = world.process();
    // It knows nothing of the tenant's limit yet, so it asks for both.
    await process.take(0, { keyId: 'key-2' });
    world.settings = settingsOf(rules[1]);
    let admitted = 0;
    while ((await process.take(0, { keyId: 'key-2' })).admitted) admitted += 1;
    expect(admitted).toBe(10);
  });

  it('asks for all limits at once: a request waits for one round trip', async () => {
    const begun: number[] = [];
    let under = 0;
    const world = newWorld({
      rules: [
        { level: 'tenant', requestsPerMinute: 50, tokensPerMinute: 1_000 },
        { level: 'project', requestsPerDay: 50 },
        { level: 'key', tokensPerDay: 5_000, concurrentRequests: 3 },
        { level: 'user', requestsPerMinute: 50 },
        { level: 'model', model: 'chat', requestsPerMinute: 50 },
      ],
      latency: async () => {
        begun.push(++under);
        await new Promise((resolve) => setTimeout(resolve, 1));
        under -= 1;
      },
    });
    await world.process().take(10, { endUser: 'u', model: 'chat' });
    expect(world.store.operations).toHaveLength(7);
    // All had been sent before the first was answered.
    expect(begun.slice(0, 7)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it.each([
    ['requestsPerMinute', 0],
    ['requestsPerDay', 0],
    ['tokensPerMinute', 1],
    ['tokensPerDay', 1],
    ['concurrentRequests', 0],
  ] as const)('OrcaRouter 72: the limit %s is read at every level', async (name, tokens) => {
    for (const level of ['tenant', 'project', 'key', 'user', 'model'] as const) {
      const world = newWorld({ rules: [{ level, [name]: 2 }] });
      const process = world.process();
      const take = () => process.take(tokens, { endUser: 'u', model: 'chat' });
      expect((await take()).admitted).toBe(true);
      expect((await take()).admitted).toBe(true);
      expect(await take()).toMatchObject({ admitted: false, limit: 2, rule: { level } });
    }
  });

  it('the deployment limits a key that has no limit of its own, and each kind that its limits leave out', async () => {
    const defaults = { requestsPerMinute: 3, tokensPerMinute: 100 };
    expect(await drain(newWorld({ defaults }).process())).toBe(3);
    const own = newWorld({ defaults, rules: [{ requestsPerMinute: 5 }] });
    expect(await drain(own.process())).toBe(5);
    expect(await refuse(own.process(), 101)).toMatchObject({ exhausted: 'tokens', rule: { id: 'default' } });
    const forModel = newWorld({ defaults, rules: [{ model: 'chat', requestsPerMinute: 5 }] });
    expect(await drain(forModel.process())).toBe(3);
  });

  it('counts each subject of a rule for all by itself, and those that share one together', async () => {
    const world = newWorld({ rules: [{ level: 'user', subject: '*', requestsPerMinute: 2 }] });
    const process = world.process();
    for (const endUser of ['ann', 'bob', 'a#b', 'x'.repeat(5_000), '\ud800']) {
      for (const expected of [true, true, false]) {
        expect((await process.take(0, { endUser })).admitted).toBe(expected);
      }
    }
    expect(await drain(process)).toBe(2);
  });
});

describe('RateLimits, a limit that changes', () => {
  it.each([
    ['raised', 200, 100],
    ['lowered', 10, 5],
  ])('%s: the share that was used stays used', async (_, limit, left) => {
    const world = newWorld({ rules: [{ requestsPerMinute: 100 }] });
    const process = world.process();
    for (let i = 0; i < 50; i += 1) await admit(process);
    world.settings = settingsOf({ requestsPerMinute: limit, version: 2 });
    const rest = await drain(process);
    // What this process has leased and not used is a share of the limit, too.
    expect(rest).toBeGreaterThanOrEqual(left - 1);
    expect(rest).toBeLessThanOrEqual(left);
  });

  it('a limit that is added and one that goes take effect on what runs', async () => {
    const world = newWorld({ rules: [{ requestsPerMinute: 100 }] });
    const process = world.process();
    await admit(process);
    world.settings = settingsOf({ tokensPerMinute: 50, version: 2 });
    await refuse(process, 51);
    expect(await drain(process, 0, 500)).toBe(500);
  });
});

describe('RateLimits and its store', () => {
  it('throws LimitsUnavailable where a limit cannot be looked up, without asking for each request', async () => {
    const world = newWorld({ rules: [{ requestsPerMinute: 100 }] });
    const process = world.process();
    world.store.fails = true;
    for (let i = 0; i < 10; i += 1)
      await expect(process.take()).rejects.toMatchObject({ name: 'LimitsUnavailable' });
    expect(world.store.operations.length).toBeLessThanOrEqual(2);
    world.store.fails = false;
    world.clock.ms += 1_000;
    await admit(process);
  });

  it('admits from what it has leased while the store does not answer', async () => {
    const world = newWorld({ rules: [{ requestsPerMinute: 6_000 }] });
    const process = world.process();
    for (let i = 0; i < 20; i += 1) await admit(process);
    world.store.fails = true;
    for (let i = 0; i < 20; i += 1) await admit(process);
  });

  it('keeps the limits of a bounded number of subjects in mind', async () => {
    const world = newWorld({ rules: [{ level: 'user', requestsPerMinute: 2 }], mostSubjects: 4 });
    const process = world.process();
    for (let i = 0; i < 20; i += 1) await process.take(0, { endUser: `user-${i}`, keyId: `key-${i}` });
    await process.take(0, { endUser: 'user-0' });
    expect(await process.take(0, { endUser: 'user-0' })).toMatchObject({ admitted: false });
  });
});
