import { describe, expect, it } from 'vitest';
import { RoutingError } from '../../../../lib/models/routing/routing-error.ts';
import { UpstreamError } from '../../../../lib/plugin/index.ts';
import { chatOn, type Step, scriptedRouter } from './support.ts';

async function failureOf(promise: Promise<unknown>): Promise<RoutingError> {
  const thrown = await promise.catch((error: unknown) => error);
  if (!(thrown instanceof RoutingError)) throw new Error(`no RoutingError but ${String(thrown)}`);
  return thrown;
}

describe('what follows a failure', () => {
  it.each<[string, Readonly<Record<string, readonly Step[]>>, readonly string[]]>([
    ['a server error is retried', { 'a/m': ['server', 'ok'] }, ['a/m', 'a/m']],
    ['a target that fails twice is left for the next', { 'a/m': ['server'] }, ['a/m', 'a/m', 'b/m']],
    ['a network error is retried', { 'a/m': ['network', 'ok'] }, ['a/m', 'a/m']],
    ['a rate limit leads to the next target at once', { 'a/m': ['rate_limit'] }, ['a/m', 'b/m']],
    ['a model that is not there leads to the next target', { 'a/m': ['not_found'] }, ['a/m', 'b/m']],
    ['a dead key without another leads to the next target', { 'a/m': ['authentication'] }, ['a/m', 'b/m']],
  ])('%s', async (_name, scripts, calls) => {
    const { route, calls: made } = scriptedRouter(chatOn(['a/m', 'b/m']), scripts);
    const { attempts, target } = await route();
    expect(made).toEqual(calls);
    expect(attempts.map(({ provider, model }) => `${provider}/${model}`)).toEqual(calls);
    expect(attempts.at(-1)?.outcome).toBe('ok');
    expect(target).toMatchObject({ provider: calls.at(-1)?.[0], model: 'm', alias: 'chat' });
  });

  it.each([
    'invalid_request',
    'unsupported_parameter',
    'content_filter',
    'context_length',
    'cancelled',
  ] as const)('%s is never tried again, here or elsewhere', async (errorClass) => {
    const { route, calls } = scriptedRouter(chatOn(['a/m', 'b/m']), { 'a/m': [errorClass] });
    const { last, attempts } = await failureOf(route());
    expect(last.errorClass).toBe(errorClass);
    expect(attempts).toMatchObject([{ provider: 'a', outcome: errorClass }]);
    expect(calls).toEqual(['a/m']);
  });

  it('there are no more attempts than configured', async () => {
    const { route, calls } = scriptedRouter(chatOn(['a/m'], { retries: { maxAttempts: 3 } }), {
      'a/m': ['server'],
    });
    expect((await failureOf(route())).last.errorClass).toBe('server');
    expect(calls).toHaveLength(3);
  });

  it('a provider that throws something else has failed as a server does', async () => {
    const { route } = scriptedRouter(chatOn(['a/m']), { 'a/m': [{ throws: new TypeError('a bug') }] });
    const { last } = await failureOf(route());
    expect([last.errorClass, last.cause]).toEqual(['server', new TypeError('a bug')]);
  });

  it('an alias that is not configured is not found', async () => {
    const { route } = scriptedRouter(chatOn(['a/m']), {});
    for (const alias of ['none', 'constructor']) {
      expect((await failureOf(route({ alias }))).last.errorClass).toBe('not_found');
    }
  });
});

describe('waiting', () => {
  it('has full jitter that grows to its bound', async () => {
    const retries = { maxAttempts: 6, baseDelayMs: 100, maxDelayMs: 500 };
    const { route, sleeps } = scriptedRouter(
      chatOn(['a/m'], { retries, circuitBreaker: { failureThreshold: 100 } }),
      { 'a/m': ['server'] },
      { random: () => 0.5 },
    );
    await failureOf(route());
    expect(sleeps).toEqual([50, 100, 200, 250, 250]);
  });

  it('is as long as the upstream asks', async () => {
    const { route, sleeps } = scriptedRouter(chatOn(['a/m']), {
      'a/m': [{ fails: 'rate_limit', retryAfterMs: 3_000 }, 'ok'],
    });
    expect((await route()).attempts).toMatchObject([
      { outcome: 'rate_limit', waitedMs: 0 },
      { outcome: 'ok', waitedMs: 3_000 },
    ]);
    expect(sleeps).toEqual([3_000]);
  });

  it('is done with the same key', async () => {
    const options = { keys: { a: ['one', 'two'] } };
    const { route, calls } = scriptedRouter(
      chatOn(['a/m'], { apiKeys: ['ONE', 'TWO'] }),
      { 'a/m': ['server', 'ok'] },
      options,
    );
    await route();
    expect(calls).toEqual(['a/m one', 'a/m one']);
  });

  it('is not done for longer than the cap: then the request ends, and says when to come back', async () => {
    const { route, sleeps } = scriptedRouter(chatOn(['a/m']), {
      'a/m': [{ fails: 'rate_limit', retryAfterMs: 60_000 }],
    });
    expect((await failureOf(route())).last.retryAfterMs).toBe(60_000);
    expect(sleeps).toEqual([]);
  });

  it('ends at the deadline', async () => {
    const script: Step[] = [{ fails: 'timeout', afterMs: 40_000 }];
    const { route, calls } = scriptedRouter(chatOn(['a/m'], { retries: { deadlineMs: 60_000 } }), {
      'a/m': script,
    });
    expect((await failureOf(route())).last.errorClass).toBe('timeout');
    expect(calls).toHaveLength(2);
  });

  it('for one target is not done while another is free', async () => {
    const { route, calls, sleeps } = scriptedRouter(chatOn(['a/m', 'b/m']), {
      'a/m': [{ fails: 'rate_limit', retryAfterMs: 5_000 }],
    });
    await route();
    await route();
    expect(calls).toEqual(['a/m', 'b/m', 'b/m']);
    expect(sleeps).toEqual([]);
  });
});

describe('the retry budget', () => {
  it('bounds retries to a share of the requests, but leaves a floor', async () => {
    const retries = { maxAttempts: 2, budgetRatio: 0.1, budgetFloor: 3 };
    const { route, calls } = scriptedRouter(
      chatOn(['a/m'], { retries, circuitBreaker: { failureThreshold: 1_000 } }),
      { 'a/m': ['server'] },
    );
    for (let i = 0; i < 20; i++) await failureOf(route());
    expect(calls).toHaveLength(20 + 3);
  });

  it('does not keep a request from going on to another target', async () => {
    const retries = { budgetRatio: 0, budgetFloor: 0 };
    const { route, calls } = scriptedRouter(chatOn(['a/m', 'b/m'], { retries }), { 'a/m': ['server'] });
    await route();
    expect(calls).toEqual(['a/m', 'b/m']);
  });
});

describe('keys', () => {
  const apiKeys = ['UPSTREAM_ONE', 'UPSTREAM_TWO'];
  const keys = { a: ['one', 'two'] };

  it.each(['authentication', 'quota'] as const)(
    'the next one is tried at once after %s, and the dead one remembered',
    async (dead) => {
      const { route, calls, sleeps } = scriptedRouter(
        chatOn(['a/m'], { apiKeys }),
        { 'a/m one': [dead] },
        { keys },
      );
      const { attempts } = await route();
      await route();
      expect(calls).toEqual(['a/m one', 'a/m two', 'a/m two']);
      expect(attempts).toMatchObject([
        { keyIndex: 0, outcome: dead },
        { keyIndex: 1, outcome: 'ok' },
      ]);
      expect(sleeps).toEqual([]);
    },
  );

  it('a dead one is tried again after some minutes', async () => {
    const { route, calls, advance } = scriptedRouter(
      chatOn(['a/m'], { apiKeys }),
      { 'a/m one': ['quota'] },
      { keys },
    );
    await route();
    advance(5 * 60_000);
    await route();
    expect(calls.slice(2)).toEqual(['a/m one', 'a/m two']);
  });

  it('when all are dead, another target comes first, and where there is none the first to die gets a chance', async () => {
    const scripts: Record<string, Step[]> = { 'a/m one': ['authentication'], 'a/m two': ['authentication'] };
    const alone = scriptedRouter(chatOn(['a/m'], { apiKeys }), scripts, { keys });
    expect((await failureOf(alone.route())).last.errorClass).toBe('authentication');
    await failureOf(alone.route());
    expect(alone.calls).toEqual(['a/m one', 'a/m two', 'a/m one']);

    const two = scriptedRouter(chatOn(['a/m', 'b/m'], { apiKeys }), scripts, {
      keys: { ...keys, b: ['bee'] },
    });
    await two.route();
    await two.route();
    expect(two.calls).toEqual(['a/m one', 'a/m two', 'b/m bee', 'b/m bee']);
  });

  it('a missing one is told by its name, without a call', async () => {
    const { route, calls } = scriptedRouter(chatOn(['a/m'], { apiKeys }), {}, { keys: {} });
    const { last, attempts } = await failureOf(route());
    expect([last.errorClass, last.message]).toEqual([
      'authentication',
      'a: no key: store one under UPSTREAM_ONE',
    ]);
    expect(attempts).toMatchObject([{ outcome: 'authentication' }]);
    expect(calls).toEqual([]);
  });

  it('never appear in attempts or errors', async () => {
    const { route } = scriptedRouter(chatOn(['a/m'], { apiKeys }), { 'a/m one': ['server'] }, { keys });
    const failure = await failureOf(route());
    expect(JSON.stringify([failure, failure.message, failure.last, failure.attempts])).not.toContain('one');
  });
});

describe('a request that is too long', () => {
  const models = { large: { targets: [{ provider: 'l', model: 'm' }] } };

  it('goes to the larger model, which is the one that served it', async () => {
    const { route, calls } = scriptedRouter(chatOn(['a/m'], { largerModel: 'large', models }), {
      'a/m': ['context_length'],
    });
    expect((await route()).target).toMatchObject({ provider: 'l', model: 'm', alias: 'large' });
    expect(calls).toEqual(['a/m', 'l/m']);
  });

  it('fails where the larger model is too small as well', async () => {
    const looped = { large: { ...models.large, largerModel: 'chat' } };
    const { route, calls } = scriptedRouter(chatOn(['a/m'], { largerModel: 'large', models: looped }), {
      'a/m': ['context_length'],
      'l/m': ['context_length'],
    });
    expect((await failureOf(route())).last.errorClass).toBe('context_length');
    expect(calls).toEqual(['a/m', 'l/m']);
  });
});

describe('the circuit of a target', () => {
  const circuitBreaker = { failureThreshold: 3, openMs: 10_000 };
  const retries = { maxAttempts: 1 };

  it('opens after failures in a row, fails fast with the time to come back, and closes after a good probe', async () => {
    const { route, calls, advance } = scriptedRouter(chatOn(['a/m'], { circuitBreaker, retries }), {
      'a/m': ['server', 'cut', 'network', 'ok'],
    });
    for (let i = 0; i < 3; i++) await failureOf(route());
    advance(4_000);
    const refused = await failureOf(route());
    expect(refused.attempts).toEqual([]);
    expect([refused.last.errorClass, refused.last.retryAfterMs]).toEqual(['server', 6_000]);
    expect(calls).toHaveLength(3);
    advance(6_000);
    await route();
    await route();
    expect(calls).toHaveLength(5);
  });

  it('opens again when the probe fails', async () => {
    const { route, calls, advance } = scriptedRouter(chatOn(['a/m'], { circuitBreaker, retries }), {
      'a/m': ['server'],
    });
    for (let i = 0; i < 3; i++) await failureOf(route());
    advance(10_000);
    await failureOf(route());
    await failureOf(route());
    expect(calls).toHaveLength(4);
  });

  it.each(['rate_limit', 'invalid_request', 'content_filter', 'cancelled', 'authentication'] as const)(
    'does not open for %s',
    async (errorClass) => {
      const { route, calls } = scriptedRouter(chatOn(['a/m'], { circuitBreaker, retries }), {
        'a/m': [errorClass],
      });
      for (let i = 0; i < 5; i++) await failureOf(route());
      expect(calls).toHaveLength(5);
    },
  );

  it('is open for the target, not for its neighbours', async () => {
    const { route, calls } = scriptedRouter(chatOn(['a/m', 'b/m'], { circuitBreaker }), {
      'a/m': ['server'],
    });
    for (let i = 0; i < 3; i++) await route();
    expect(calls).toEqual(['a/m', 'a/m', 'b/m', 'a/m', 'b/m', 'b/m']);
  });

  it('opens for streams that break off after their first content', async () => {
    const { route, calls } = scriptedRouter(chatOn(['a/m'], { circuitBreaker, retries }), {
      'a/m': [{ streams: ['x', 'cut'] }],
    });
    for (let i = 0; i < 3; i++) {
      const { answer } = await route({ stream: true });
      if (answer.kind === 'stream') await Array.fromAsync(answer.events).catch(() => undefined);
    }
    await failureOf(route({ stream: true }));
    expect(calls).toHaveLength(3);
  });
});

describe('a stream', () => {
  it('is retried or moved while it has no content', async () => {
    const { route, calls, left } = scriptedRouter(chatOn(['a/m', 'b/m']), {
      'a/m': [{ streams: ['', 'cut'] }],
      'b/m': [{ streams: ['', '(role)', 'hello', ' world'] }],
    });
    const { answer, attempts, firstTokenMs } = await route({ stream: true });
    expect(calls).toEqual(['a/m', 'a/m', 'b/m']);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['cut', 'cut', 'ok']);
    expect(firstTokenMs).toBeGreaterThanOrEqual(0);
    if (answer.kind !== 'stream') throw new Error('not a stream');
    expect((await Array.fromAsync(answer.events)).map(({ text }) => text)).toEqual([
      '',
      '(role)',
      'hello',
      ' world',
    ]);
    expect(left).toEqual(['a/m', 'a/m']);
  });

  it('stays with its target once it has content: a failure reaches the reader, and the record', async () => {
    const { route, calls } = scriptedRouter(chatOn(['a/m', 'b/m']), {
      'a/m': [{ streams: ['hel', 'lo', 'cut'] }],
    });
    const { answer, attempts } = await route({ stream: true });
    expect(attempts).toMatchObject([{ outcome: 'ok' }]);
    if (answer.kind !== 'stream') throw new Error('not a stream');
    const seen: string[] = [];
    const error: unknown = await (async () => {
      for await (const { text } of answer.events) seen.push(text);
    })().catch((thrown: unknown) => thrown);
    expect(seen).toEqual(['hel', 'lo']);
    expect(error).toBeInstanceOf(UpstreamError);
    expect(attempts).toMatchObject([{ outcome: 'cut' }]);
    expect(calls).toEqual(['a/m']);
  });

  it('that the reader leaves is ended upstream', async () => {
    const { route, left } = scriptedRouter(chatOn(['a/m']), { 'a/m': [{ streams: ['a', 'b', 'c'] }] });
    const { answer } = await route({ stream: true });
    if (answer.kind !== 'stream') throw new Error('not a stream');
    for await (const { text } of answer.events) if (text === 'b') break;
    expect(left).toEqual(['a/m']);
  });

  it('without any content is handed over when it ends', async () => {
    const { route } = scriptedRouter(chatOn(['a/m']), { 'a/m': [{ streams: ['', ''] }] });
    const { answer } = await route({ stream: true });
    if (answer.kind !== 'stream') throw new Error('not a stream');
    expect(await Array.fromAsync(answer.events)).toHaveLength(2);
  });
});

describe('a caller who goes away', () => {
  it('ends the search, and is no failure of the target', async () => {
    const controller = new AbortController();
    const { route, calls } = scriptedRouter(chatOn(['a/m', 'b/m']), { 'a/m': ['server'] });
    const routing = route({ signal: controller.signal });
    controller.abort();
    const { last } = await failureOf(routing);
    expect(last.errorClass).toBe('cancelled');
    expect(calls.length).toBeLessThanOrEqual(1);
  });
});

describe('targets that may not see a request', () => {
  const onlyB = ({ provider }: { readonly provider: string }) => provider === 'b';

  it('are never called, however the others fail', async () => {
    const { route, calls } = scriptedRouter(chatOn(['a/m', 'b/m']), { 'b/m': ['server'] });
    await failureOf(route({ allowTarget: onlyB }));
    expect(new Set(calls)).toEqual(new Set(['b/m']));
  });

  it('are not called for a larger model either: the request stays too long', async () => {
    const configuration = chatOn(['b/m']);
    const models = {
      chat: {
        ...configuration.models?.chat,
        targets: [{ provider: 'b', model: 'm' }],
        largerModel: 'larger',
      },
      larger: { targets: [{ provider: 'a', model: 'm' }] },
    };
    const { route, calls } = scriptedRouter(
      { ...configuration, models, providers: { ...configuration.providers, ...chatOn(['a/m']).providers } },
      { 'b/m': ['context_length'] },
    );
    expect((await failureOf(route({ allowTarget: onlyB }))).last.errorClass).toBe('context_length');
    expect(calls).toEqual(['b/m']);
    expect((await route()).target.alias).toBe('larger');
  });

  it('leave nothing to call where there is no other', async () => {
    const { route, calls } = scriptedRouter(chatOn(['a/m']), {});
    expect((await failureOf(route({ allowTarget: onlyB }))).last.errorClass).toBe('not_found');
    expect(calls).toEqual([]);
  });
});
