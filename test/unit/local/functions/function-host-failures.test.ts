import { describe, expect, it } from 'vitest';
import type { BodyReader } from '../../../../lib/local/functions/response-body.ts';
import { eventually, readAll, startFunction } from './support/start-function.ts';

/** Settles in all cases, as a rejection that nobody awaits yet would end the test run. */
function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => error);
}

describe('a function that crashes', () => {
  const code = `
    globalThis.cold = true;
    export const handler = async ({ how }) => {
      const cold = globalThis.cold;
      globalThis.cold = false;
      if (how === 'wait') await new Promise((resolve) => setTimeout(resolve, 10_000));
      if (how === 'exit') process.exit(3);
      if (how === 'exit cleanly') process.exit();
      if (how === 'throw') setImmediate(() => { throw new Error('out of the blue'); });
      if (how === 'reject') Promise.reject(new Error('nobody caught me'));
      if (how === 'memory') { const all = []; for (;;) all.push(new Array(100_000).fill(0).map(String)); }
      if (how) await new Promise((resolve) => setTimeout(resolve, 10_000));
      return { cold };
    };`;

  it.each([
    ['exit', 'with error: exit status 3', ''],
    ['exit cleanly', 'without providing a reason', ''],
    ['throw', 'with error: exit status 1', 'out of the blue'],
    ['reject', 'with error: exit status 1', 'nobody caught me'],
    ['memory', 'with error: signal: killed', 'heap'],
  ])('by %s fails all that is in flight and starts anew', async (how, ending, logged) => {
    const { host, log } = startFunction(code, { memoryMb: 64 });
    expect(await host.invoke({})).toEqual({ cold: true });
    expect(await host.invoke({})).toEqual({ cold: false });
    const failures = await Promise.all(
      [{ how: 'wait' }, { how: 'wait' }, { how }].map((event) => outcome(host.invoke(event))),
    );
    for (const failure of failures) {
      expect(failure).toMatchObject({
        errorType: 'Runtime.ExitError',
        message: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Runtime exited /),
      });
      expect(failure).toMatchObject({ message: expect.stringContaining(ending) });
    }
    expect(log.join('\n')).toContain(logged);
    expect(await host.invoke({})).toEqual({ cold: true });
  });

  it('delivers what was answered before the crash', async () => {
    const { host } = startFunction(
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
         stream.write('half');
         if (event.crash) process.exit(1);
         stream.end();
       });`,
    );
    const { body } = await host.invokeStreaming({ crash: true });
    const seen: string[] = [];
    await new Promise<void>((resolve) => {
      const reader: BodyReader = {
        onBytes: (bytes) => seen.push(Buffer.from(bytes).toString()),
        onEnd: () => seen.push('end'),
        onError: (error) => {
          seen.push(error.errorType);
          resolve();
        },
      };
      body.read(reader);
    });
    expect(seen).toEqual(['half', 'Runtime.ExitError']);
  });
});

describe('a function that does not load', () => {
  it.each([
    ['throws', 'throw new TypeError("TABLE is not set");', 'TypeError', 'TABLE is not set'],
    ['has a syntax error', 'export const handler = (;', 'Runtime.UserCodeSyntaxError', 'Unexpected token'],
    ['misses a module', 'import "not-there";', 'Runtime.ImportModuleError', 'not-there'],
    ['has no handler', 'export const other = 1;', 'Runtime.HandlerNotFound', 'index.handler is undefined'],
    ['exits', 'process.exit(7);', 'Runtime.ExitError', 'exit status 7'],
  ])('because it %s fails each invocation and says why in the log', async (_, code, errorType, message) => {
    const { host, log } = startFunction(code);
    await expect(host.start()).rejects.toMatchObject({ errorType });
    const failures = await Promise.all([outcome(host.invoke({})), outcome(host.invokeStreaming({}))]);
    for (const failure of failures) {
      expect(failure).toMatchObject({ errorType, message: expect.stringContaining(message) });
    }
    expect(log.join('\n')).toContain(message);
  });

  it('because its file is missing names the file', async () => {
    const { host } = startFunction('', { handler: 'main.handler' });
    await expect(host.invoke({})).rejects.toMatchObject({
      errorType: 'Runtime.ImportModuleError',
      message: expect.stringContaining("Cannot find module 'main'"),
    });
  });
});

describe('a function that takes too long', () => {
  const code = `
    const started = Date.now();
    export const handler = awslambda.streamifyResponse(async ({ waitMs, hang, wake }, stream) => {
      stream.on('error', () => console.log('stream broke'));
      if (hang) { const end = Date.now() + hang; while (Date.now() < end); }
      await new Promise((resolve) => setTimeout(resolve, waitMs ?? 0));
      stream.end(String(started));
    });`;

  it('fails that invocation only; new ones start in a fresh worker while others finish', async () => {
    const { host, log } = startFunction(code, { timeoutMs: 1_000 });
    const first = Number(await host.invoke({}));
    const tooLong = outcome(host.invokeStreaming({ waitMs: 10_000 }));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const other = host.invoke({ waitMs: 700 });
    expect(await tooLong).toMatchObject({
      errorType: 'Sandbox.Timedout',
      timedOut: true,
      message: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/),
    });
    const fresh = Number(await host.invoke({}));
    expect(fresh).toBeGreaterThan(first);
    expect(Number(await other)).toBe(first);
    expect(log.join('\n')).toContain('Task timed out after 1.00 seconds');
    expect(log.join('\n')).toContain('stream broke');
  });

  it('is ended at once where it is stuck in a loop', async () => {
    const { host } = startFunction(code, { timeoutMs: 600 });
    await host.invoke({});
    const start = performance.now();
    const stuck = outcome(host.invoke({ hang: 20_000 }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const behind = outcome(host.invoke({}));
    expect(await stuck).toMatchObject({ errorType: 'Sandbox.Timedout' });
    // The invocation behind the loop never ran: its own time is over before the thread counts as stuck.
    expect(await behind).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect(Number(await host.invoke({}))).toBeGreaterThan(0);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('kills what else is in flight where the thread stays stuck', async () => {
    const { host } = startFunction(code, { timeoutMs: 2_000 });
    await host.invoke({});
    const stuck = outcome(host.invoke({ hang: 20_000 }));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const behind = outcome(host.invoke({}));
    expect(await stuck).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect(await behind).toMatchObject({
      errorType: 'Runtime.ExitError',
      message: expect.stringContaining('signal: killed'),
    });
  });

  it('has its time from when it is warm, not from its cold start', async () => {
    const { host } = startFunction(
      `await new Promise((resolve) => setTimeout(resolve, 500));
       export const handler = async () => 'started';`,
      { timeoutMs: 300 },
    );
    expect(await host.invoke({})).toBe('started');
  });

  it('also fails where its response is complete but its work is not, for the log alone', async () => {
    const { host, log } = startFunction(
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
         stream.end('answered');
         await new Promise((resolve) => setTimeout(resolve, 10_000));
       });`,
      { timeoutMs: 300 },
    );
    expect(await readAll(await host.invokeStreaming({}))).toBe('answered');
    await eventually(() => log.some((line) => line.includes('Task timed out')));
  });
});
