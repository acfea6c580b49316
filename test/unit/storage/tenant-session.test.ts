import { describe, expect, it } from 'vitest';
import { TenantSession } from '../../../lib/storage/tenant-session.ts';

const minute = 60_000;

/** A session whose STS answers as it is told, by a clock that the test moves. */
function start() {
  const clock = { nowMs: 1_000_000_000_000 };
  const calls: { answer(): void; fail(error: Error): void }[] = [];
  const session = new TenantSession(
    () => {
      const accessKeyId = `ASIA${calls.length + 1}`;
      const expiresAtMs = clock.nowMs + 60 * minute;
      return new Promise((resolve, reject) => {
        calls.push({
          answer: () => resolve({ accessKeyId, secretAccessKey: 's', sessionToken: 't', expiresAtMs }),
          fail: reject,
        });
      });
    },
    () => clock.nowMs,
  );
  const ask = async () => (await session.credentials()).accessKeyId;
  const open = async () => {
    const first = ask();
    calls[0]?.answer();
    return first;
  };
  return { clock, calls, session, ask, open };
}

describe('a tenant’s session', () => {
  it('is opened once for all who ask at the same time', async () => {
    const { calls, ask } = start();
    const asked = Promise.all([ask(), ask(), ask()]);
    calls[0]?.answer();
    expect(await asked).toEqual(['ASIA1', 'ASIA1', 'ASIA1']);
    expect(await ask()).toBe('ASIA1');
    expect(calls).toHaveLength(1);
  });

  it('tells an end that is ten minutes before the real one, so that it is renewed in good time', async () => {
    const { clock, open, session } = start();
    await open();
    const { expiration } = await session.credentials();
    expect(expiration.getTime() - clock.nowMs).toBe(50 * minute);
  });

  it('is renewed behind the back of those who ask in its last quarter of an hour', async () => {
    const { clock, calls, ask, open } = start();
    await open();
    clock.nowMs += 44 * minute;
    expect(await ask()).toBe('ASIA1');
    expect(calls).toHaveLength(1);
    clock.nowMs += minute;
    expect(await Promise.all([ask(), ask()])).toEqual(['ASIA1', 'ASIA1']);
    expect(calls).toHaveLength(2);
    calls[1]?.answer();
    await Promise.resolve();
    expect(await ask()).toBe('ASIA2');
    expect(calls).toHaveLength(2);
  });

  it('goes on while STS does not answer, as long as it holds', async () => {
    const { clock, calls, ask, open } = start();
    await open();
    for (const at of [50, 55, 58]) {
      clock.nowMs = 1_000_000_000_000 + at * minute;
      expect(await ask()).toBe('ASIA1');
      calls.at(-1)?.fail(new Error('STS is down'));
      await Promise.resolve();
    }
    clock.nowMs = 1_000_000_000_000 + 59.5 * minute;
    const last = ask();
    calls.at(-1)?.fail(new Error('STS is down'));
    expect(await last).toBe('ASIA1');
    clock.nowMs = 1_000_000_000_000 + 60 * minute;
    const late = ask();
    calls.at(-1)?.fail(new Error('STS is down'));
    await expect(late).rejects.toThrow('STS is down');
  });

  it('is waited for where the former one has ended', async () => {
    const { clock, calls, ask, open } = start();
    await open();
    clock.nowMs += 61 * minute;
    const next = ask();
    calls[1]?.answer();
    expect(await next).toBe('ASIA2');
  });

  it('does not remember a refusal', async () => {
    const { calls, ask } = start();
    const refused = ask();
    calls[0]?.fail(new Error('AccessDenied'));
    await expect(refused).rejects.toThrow('AccessDenied');
    const next = ask();
    calls[1]?.answer();
    expect(await next).toBe('ASIA2');
  });

  it('does not wait for a call that began before the process was frozen', async () => {
    const { clock, calls, ask } = start();
    void ask().catch(() => undefined);
    clock.nowMs += 16_000;
    const next = ask();
    calls[1]?.answer();
    expect(await next).toBe('ASIA2');
    // What comes late changes nothing.
    calls[0]?.fail(new Error('connection lost'));
    await Promise.resolve();
    expect(await ask()).toBe('ASIA2');
  });
});
