import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admittedOf, drain, newWorld, type Process, settingsOf } from './support.ts';

/** A request that was admitted at some time between. */
interface Admitted {
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
}

/** The most that may be admitted in any span of time: what fits in, and what drains in the meantime. */
function beyondLimit(admitted: readonly Admitted[], limit: number): string | undefined {
  const unitMs = 60_000 / limit;
  const starts = new Set(admitted.map(({ askedAtMs }) => askedAtMs));
  const ends = new Set(admitted.map(({ answeredAtMs }) => answeredAtMs));
  for (const start of starts) {
    for (const end of ends) {
      if (end < start) continue;
      const count = admitted.filter((one) => one.askedAtMs >= start && one.answeredAtMs <= end).length;
      // A tenth of a millisecond is there for processes that round for themselves.
      const most = Math.floor((end - start + 60_000 + 0.1) / unitMs);
      if (count > most) return `${count} in ${end - start} ms, at most ${most}`;
    }
  }
  return undefined;
}

const events = fc.array(
  fc.record({
    process: fc.nat({ max: 3 }),
    count: fc.integer({ min: 1, max: 8 }),
    /** Mostly nothing, sometimes a while. */
    pauseMs: fc.oneof(fc.constant(0), fc.nat({ max: 50 }), fc.nat({ max: 3_000 }), fc.nat({ max: 90_000 })),
  }),
  { minLength: 1, maxLength: 120 },
);

/** Some turns of the event loop, by a sequence that is the same for the same seed. */
function latencyOf(seed: number): () => Promise<void> {
  let state = seed;
  return async () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    for (let turns = state % 5; turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
  };
}

async function play(
  longestCallMs: number,
  skewsMs: readonly number[],
  limit: number,
  seed: number,
  fewWritesPerSecond: number,
  plan: readonly { process: number; count: number; pauseMs: number }[],
): Promise<readonly Admitted[]> {
  const world = newWorld({
    rules: [{ requestsPerMinute: limit }],
    latency: latencyOf(seed),
    fewWritesPerSecond,
  });
  const processes = skewsMs.map((skewMs) => world.process(skewMs));
  const admissions: Admitted[] = [];
  const underWay: Promise<void>[] = [];
  for (const { process, count, pauseMs } of plan) {
    for (let i = 0; i < count; i += 1) {
      const askedAtMs = world.clock.ms;
      const taking = (processes[process % processes.length] as Process).take();
      underWay.push(
        taking.then(({ admitted }) => {
          if (admitted) admissions.push({ askedAtMs, answeredAtMs: world.clock.ms });
        }),
      );
    }
    if (pauseMs === 0) continue;
    if (pauseMs > longestCallMs) await Promise.all(underWay);
    else await new Promise((resolve) => setImmediate(resolve));
    world.clock.ms += pauseMs;
  }
  await Promise.all(underWay);
  return admissions;
}

describe('several processes', () => {
  it('admit no more together than the limit, in any span of time, however they interleave', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1, 3, 20, 60, 600, 997),
        fc.nat(),
        fc.constantFrom(1, 250),
        events,
        async (limit, seed, few, plan) => {
          expect(
            beyondLimit(await play(Number.POSITIVE_INFINITY, [0, 0, 0, 0], limit, seed, few, plan), limit),
          ).toBeUndefined();
        },
      ),
      { numRuns: 200 },
    );
  }, 60_000);

  it('admit no more together with clocks up to five minutes apart', async () => {
    const skew = fc.constantFrom(0, 300_000, -300_000, 61_000, -2_000, 1_500);
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(skew, skew, skew, skew),
        fc.constantFrom(3, 20, 600),
        fc.nat(),
        fc.constantFrom(1, 250),
        events,
        async (skews, limit, seed, few, plan) => {
          expect(beyondLimit(await play(1_000, skews, limit, seed, few, plan), limit)).toBeUndefined();
        },
      ),
      { numRuns: 200 },
    );
  }, 60_000);

  it('admit all of the limit between them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(1, 7, 60, 600), fc.nat(), async (limit, seed) => {
        const world = newWorld({ rules: [{ requestsPerMinute: limit }], latency: latencyOf(seed) });
        const processes = [world.process(), world.process(), world.process()];
        let admitted = 0;
        for (let round = 0; round < limit * 2; round += 5) {
          admitted += await admittedOf(
            Array.from({ length: 15 }, (_, i) => (processes[i % 3] as Process).take()),
          );
        }
        expect(admitted).toBe(limit);
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  it.each([300_000, -300_000])('a clock that is %i ms off locks nobody out', async (skewMs) => {
    const world = newWorld({ rules: [{ requestsPerMinute: 60 }] });
    expect((await world.process(skewMs).take()).admitted).toBe(true);
    expect(await drain(world.process())).toBeGreaterThanOrEqual(58);
    world.clock.ms += 62_000;
    expect(await drain(world.process())).toBe(60);
  });

  it('a process whose clock is ahead does not hold a drained bucket for full', async () => {
    const world = newWorld({ rules: [{ requestsPerMinute: 60 }] });
    await drain(world.process(300_000));
    world.clock.ms += 61_000;
    expect(await drain(world.process())).toBeGreaterThanOrEqual(59);
  });

  it('write to one item less often than once for each request where they are many', async () => {
    const world = newWorld({ rules: [{ requestsPerMinute: 240_000 }] });
    const processes = Array.from({ length: 1_500 }, () => world.process());
    const writesIn = async (seconds: number) => {
      const before = world.store.operations.length;
      for (let second = 0; second < seconds; second += 1) {
        for (const [index, process] of processes.entries()) {
          // Each of them once a second, evenly spread.
          if (index % 15 === 0) world.clock.ms += 10;
          await process.take();
        }
      }
      return (world.store.operations.length - before) / seconds;
    };
    await writesIn(10);
    const perSecond = await writesIn(10);
    expect(perSecond).toBeLessThan(750);
  }, 30_000);

  it('what one leased and did not use is free again within the time of a lease', async () => {
    const world = newWorld({ rules: [{ requestsPerMinute: 6_000 }] });
    const dies = world.process();
    for (let i = 0; i < 200; i += 1) {
      world.clock.ms += 5;
      await dies.take();
    }
    world.clock.ms += 3_000;
    expect(await drain(world.process())).toBe(6_000);
  });

  const requests = fc.array(
    fc.record({
      process: fc.nat({ max: 2 }),
      estimate: fc.nat({ max: 6_000 }),
      used: fc.nat({ max: 6_000 }),
    }),
    { minLength: 1, maxLength: 60 },
  );

  it('have charged no less than was used, once all is settled', async () => {
    const limit = 100_000;
    await fc.assert(
      fc.asyncProperty(fc.nat(), requests, async (seed, plan) => {
        const world = newWorld({ rules: [{ tokensPerMinute: limit }], latency: latencyOf(seed) });
        const processes = [world.process(), world.process(), world.process()];
        let used = 0;
        await Promise.all(
          plan.map(async (request) => {
            const decision = await (processes[request.process] as Process).take(request.estimate);
            if (!decision.admitted) return;
            used += request.used;
            await decision.settle(request.used);
          }),
        );
        const nowUs = world.clock.ms * 1_000;
        const untilUs = world.store.items.get('acme#limit#limit-0#key-1')?.tokensPerMinute ?? nowUs;
        expect((untilUs - nowUs) / (60e6 / limit)).toBeGreaterThanOrEqual(used - 1);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('leak nothing: what is left is what was not used', async () => {
    const limit = 100_000;
    await fc.assert(
      fc.asyncProperty(fc.nat(), requests, async (seed, plan) => {
        const world = newWorld({ rules: [{ tokensPerMinute: limit }], latency: latencyOf(seed) });
        const process = world.process();
        let used = 0;
        await Promise.all(
          plan.map(async (request) => {
            const decision = await process.take(request.estimate);
            if (!decision.admitted) return;
            used += request.used;
            await decision.settle(request.used);
          }),
        );
        const last = await process.take(0);
        if (used > limit || !last.admitted) return;
        expect(last.standing().tokens?.remaining).toBeGreaterThanOrEqual(limit - used - 1);
        expect(last.standing().tokens?.remaining).toBeLessThanOrEqual(limit - used);
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});

describe('failures of other gateways', () => {
  it('Envoy 1754: the remaining requests and tokens really decrease', async () => {
    const world = newWorld({ rules: [{ requestsPerMinute: 100, tokensPerMinute: 10_000 }] });
    const processes = [world.process(), world.process()];
    for (let i = 1; i <= 20; i += 1) {
      const decision = await (processes[i % 2] as Process).take(100);
      if (!decision.admitted) throw new Error('refused');
      const standing = decision.standing();
      expect(standing.requests?.remaining).toBeLessThanOrEqual(100 - Math.floor(i / 2));
      expect(standing.tokens?.remaining).toBeLessThanOrEqual(10_000 - 100 * Math.floor(i / 2));
    }
  });

  it('LiteLLM 40291: a limit of tokens is not multiplied by the number of processes', async () => {
    const world = newWorld({ rules: [{ tokensPerMinute: 10_000 }] });
    let admitted = 0;
    for (let i = 0; i < 10; i += 1) admitted += await drain(world.process(), 500);
    expect(admitted).toBe(20);
  });

  it('LiteLLM 40095: the concurrent first requests of an unknown end user do not pass by the limit', async () => {
    const world = newWorld({ rules: [{ level: 'user', requestsPerMinute: 3 }] });
    const processes = [world.process(), world.process()];
    const takings = Array.from({ length: 40 }, (_, i) =>
      (processes[i % 2] as Process).take(0, { endUser: 'new', keyId: `key-${i}` }),
    );
    expect(await admittedOf(takings)).toBe(3);
  });

  it('LiteLLM 11083: a request that names no user does not pass by the limit of users', async () => {
    const world = newWorld({ rules: [{ level: 'user', requestsPerMinute: 3 }] });
    expect(await drain(world.process())).toBe(3);
  });

  it('zae-limiter GHSA-76rv: one entity cannot heat one partition with denied requests', async () => {
    const world = newWorld({
      rules: [{ requestsPerMinute: 60, tokensPerMinute: 6_000, concurrentRequests: 100 }],
    });
    const process = world.process();
    await drain(process, 10);
    const before = world.store.operations.length;
    // Fifty times the limit for ten seconds.
    for (let i = 0; i < 500; i += 1) {
      world.clock.ms += 20;
      await process.take(10);
    }
    // Ten are admitted, each of them with a charge and its slot.
    expect(world.store.operations.length - before).toBeLessThanOrEqual(40);
  });

  it('zae-limiter GHSA-76rv: every limit and subject has a partition of its own', async () => {
    const world = newWorld({
      rules: [
        { level: 'tenant', requestsPerMinute: 9 },
        { level: 'key', requestsPerMinute: 9 },
        { level: 'model', requestsPerMinute: 9 },
      ],
    });
    await world.process().take(0, { model: 'chat' });
    await world.process().take(0, { model: 'large', keyId: 'key-2' });
    expect([...world.store.items.keys()].sort()).toEqual([
      'acme#limit#limit-0#acme',
      'acme#limit#limit-1#key-1',
      'acme#limit#limit-1#key-2',
      'acme#limit#limit-2#chat',
      'acme#limit#limit-2#large',
    ]);
  });

  it('a name of a user cannot be made to count as another, nor as part of the key', async () => {
    const world = newWorld({ rules: [{ level: 'user', requestsPerMinute: 1 }] });
    const process = world.process();
    const names = ['a', 'a#b', '~a', ' a', 'A', '%61', 'acme#limit#limit-0#a'];
    for (const endUser of names) expect((await process.take(0, { endUser })).admitted).toBe(true);
    const keys = [...world.store.items.keys()].filter((key) => !key.includes('#default#'));
    for (const key of keys) expect(key.split('#')).toHaveLength(4);
    expect(keys).toHaveLength(names.length);
  });

  it('a rule that says nothing limits nothing', async () => {
    const world = newWorld();
    world.settings = settingsOf({ level: 'tenant' });
    expect(await drain(world.process(), 0, 300)).toBe(300);
  });
});
