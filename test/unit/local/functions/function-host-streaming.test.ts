import { describe, expect, it } from 'vitest';
import { RESPONSE_WINDOW_BYTES } from '../../../../lib/local/functions/messages.ts';
import { eventually, readAll, startFunction } from './support/start-function.ts';

const drained = 'new Promise((resolve) => stream.once("drain", resolve))';

describe('a streamed response', () => {
  it('arrives as it is written', async () => {
    const { host } = startFunction(
      `let goOn;
       export const handler = awslambda.streamifyResponse(async (event, stream) => {
         if (event.goOn) { goOn(); stream.end(); return; }
         for (const text of ['a', 'b', 'c']) {
           stream.write(text);
           await new Promise((resolve) => { goOn = resolve; });
         }
         stream.end();
       });`,
    );
    const { body } = await host.invokeStreaming({});
    const arrived: string[] = [];
    await new Promise<void>((resolve, reject) => {
      body.read({
        onBytes: (bytes) => {
          arrived.push(Buffer.from(bytes).toString());
          // The function writes on only when this chunk is here.
          host.invoke({ goOn: true }).catch(reject);
        },
        onEnd: resolve,
        onError: reject,
      });
    });
    expect(arrived).toEqual(['a', 'b', 'c']);
  });

  it('waits in the function while its reader pauses, and loses nothing', async () => {
    const { host, log } = startFunction(
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
         const chunk = Buffer.alloc(16 * 1024, 'x');
         let written = 0;
         const report = setInterval(() => console.log('written', written), 20);
         while (written < event.bytes) {
           written += chunk.length;
           if (!stream.write(chunk)) await ${drained};
         }
         clearInterval(report);
         stream.end();
       });`,
    );
    const bytes = 50 * 1024 * 1024;
    const { body } = await host.invokeStreaming({ bytes });
    body.pause();
    const read = readAll({ requestId: '', contentType: '', body });
    await eventually(() => log.length > 10);
    const written = Number(log.at(-1)?.split(' ').at(-1));
    expect(written).toBeGreaterThan(0);
    expect(written).toBeLessThanOrEqual(4 * RESPONSE_WINDOW_BYTES);
    body.resume();
    expect((await read).length).toBe(bytes);
  });

  it('answers the callback of a write only when there is room again', async () => {
    const { host, log } = startFunction(
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
         await new Promise((resolve) => stream.write('start', resolve));
         console.log('small write answered');
         await new Promise((resolve) => stream.write(Buffer.alloc(1_000_000), resolve));
         console.log('large write answered');
         stream.end();
       });`,
    );
    const result = await host.invokeStreaming({});
    result.body.pause();
    const read = readAll(result);
    await eventually(() => log.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(log.join()).not.toContain('large');
    result.body.resume();
    expect((await read).length).toBe(1_000_005);
    await eventually(() => log.join().includes('large'));
  });

  it('breaks in the function when its reader leaves', async () => {
    const { host, log } = startFunction(
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
         stream.on('error', (error) => console.log('error', error.code));
         stream.on('close', () => console.log('close', stream.writableFinished));
         stream.write('start');
         await new Promise((resolve) => stream.once('close', resolve));
         stream.write('into the void');
         console.log('left');
       });`,
    );
    const leaving = new AbortController();
    const result = await host.invokeStreaming({}, { signal: leaving.signal });
    const read = readAll(result).catch((error: unknown) => error);
    leaving.abort();
    await eventually(() => log.some((line) => line.endsWith('left')));
    expect(log.map((line) => line.split('\t').at(-1))).toEqual(['error ECONNRESET', 'close false', 'left']);
    expect(await read).toBeInstanceOf(Error);
  });

  it('does not harm a function that ignores its reader, nor its other invocations', async () => {
    const { host } = startFunction(
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
         for (let i = 0; i < 20; i++) {
           stream.write('tick');
           await new Promise((resolve) => setTimeout(resolve, 10));
         }
         stream.end();
       });`,
    );
    const leaving = new AbortController();
    const other = host.invokeStreaming({});
    const ignored = host.invokeStreaming({}, { signal: leaving.signal });
    await ignored;
    leaving.abort();
    expect(await readAll(await other)).toBe('tick'.repeat(20));
  });

  it('breaks for a reader who has left before the start', async () => {
    const { host } = startFunction(
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
         await new Promise((resolve) => stream.once('close', resolve));
       });`,
    );
    await host.start();
    await expect(host.invokeStreaming({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      message: 'The client closed the connection.',
    });
  });

  it('fails for the reader where the handler throws in the middle', async () => {
    const { host } = startFunction(
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
         stream.write('half');
         throw new Error('lost the thread');
       });`,
    );
    await expect(readAll(await host.invokeStreaming({}))).rejects.toMatchObject({
      message: 'lost the thread',
    });
  });

  it('fails for the reader where the function destroys it', async () => {
    const { host } = startFunction(
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
         stream.write('half');
         stream.destroy(new Error('gave up'));
       });`,
    );
    await expect(readAll(await host.invokeStreaming({}))).rejects.toMatchObject({ message: 'gave up' });
  });
});

describe('a function that is stopped', () => {
  const code = `export const handler = awslambda.streamifyResponse(async ({ workMs }, stream) => {
      stream.end('answered');
      await new Promise((resolve) => setTimeout(resolve, workMs));
      console.log('work done');
    });`;

  it('finishes what is in flight, the work behind a complete response too', async () => {
    const { host, log } = startFunction(code);
    expect(await readAll(await host.invokeStreaming({ workMs: 300 }))).toBe('answered');
    await host.stop();
    expect(log.at(-1)).toContain('work done');
  });

  it('is ended when the grace time is over', async () => {
    const { host, log } = startFunction(code, { graceMs: 100 });
    await host.invoke({ workMs: 10_000 });
    const start = performance.now();
    await host.stop();
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(log.join()).toContain('signal: killed');
  });

  it('takes no more invocations', async () => {
    const { host } = startFunction(code);
    await host.stop();
    await expect(host.invoke({ workMs: 0 })).rejects.toThrow('The function greeter is stopped.');
  });
});
