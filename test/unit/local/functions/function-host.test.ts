import { describe, expect, it, onTestFinished } from 'vitest';
import { FunctionHost } from '../../../../lib/local/functions/function-host.ts';
import { definitionOf, eventually, readAll, startFunction, writeBundle } from './support/start-function.ts';

describe('a plain handler', () => {
  it('gets the event and answers with its result', async () => {
    const { host } = startFunction('export const handler = async (event) => ({ doubled: event.n * 2 });');
    expect(await host.invoke({ n: 21 })).toEqual({ doubled: 42 });
  });

  it.each([
    ['nothing', 'undefined', null],
    ['null', 'null', null],
    ['text', '"hello"', 'hello'],
    ['what JSON leaves of it', '({ at: new Date(0), none: undefined })', { at: '1970-01-01T00:00:00.000Z' }],
  ])('that returns %s', async (_, expression, expected) => {
    const { host } = startFunction(`export const handler = async () => ${expression};`);
    expect(await host.invoke({})).toEqual(expected);
  });

  it('fails with the name, the message and the stack of what it throws', async () => {
    const { host, log } = startFunction(
      'export const handler = async () => { throw new RangeError("no such day"); };',
    );
    await expect(host.invoke({})).rejects.toMatchObject({
      errorType: 'RangeError',
      message: 'no such day',
      payload: { trace: expect.arrayContaining([expect.stringContaining('index.mjs')]) },
    });
    expect(log.join('\n')).toContain('Invoke Error {"errorType":"RangeError"');
  });

  it('fails where its result is no JSON', async () => {
    const { host } = startFunction('export const handler = async () => ({ n: 1n });');
    await expect(host.invoke({})).rejects.toMatchObject({ errorType: 'TypeError' });
  });

  it('sees the context that Lambda gives', async () => {
    const { host } = startFunction(
      `export const handler = async (event, context) =>
         ({ ...context, remaining: context.getRemainingTimeInMillis() });`,
      { timeoutMs: 20_000, memoryMb: 512 },
    );
    const context = await host.invoke({});
    expect(context).toEqual({
      callbackWaitsForEmptyEventLoop: true,
      functionName: 'greeter',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:greeter',
      memoryLimitInMB: '512',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      logGroupName: '/aws/lambda/greeter',
      logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
      remaining: expect.any(Number),
    });
    const { remaining } = context as { remaining: number };
    expect(remaining).toBeGreaterThan(15_000);
    expect(remaining).toBeLessThanOrEqual(20_000);
  });

  it('runs any number of invocations at a time in one worker', async () => {
    const { host } = startFunction(
      `let running = 0, most = 0;
       export const handler = async () => {
         most = Math.max(most, ++running);
         await new Promise((resolve) => setTimeout(resolve, 100));
         running--;
         return most;
       };`,
    );
    const results = await Promise.all(Array.from({ length: 200 }, () => host.invoke({})));
    expect(Math.max(...results.map(Number))).toBe(200);
  });
});

describe('a streaming handler', () => {
  it('answers with what it writes, text, bytes and values as JSON', async () => {
    const { host } = startFunction(
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
         stream.setContentType('text/plain');
         stream.write('text,');
         stream.write(new Uint8Array([98, 44]));
         stream.write({ json: true });
         stream.end();
       });`,
    );
    const result = await host.invokeStreaming({});
    expect(result.contentType).toBe('text/plain');
    expect(await readAll(result)).toBe('text,b,{"json":true}');
  });

  it('puts the HTTP metadata and eight zero bytes before the first write', async () => {
    const { host } = startFunction(
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
         const body = awslambda.HttpResponseStream.from(stream, { statusCode: 418, headers: { a: 'b' } });
         body.write('one');
         body.end('two');
       });`,
    );
    const result = await host.invokeStreaming({});
    expect(result.contentType).toBe('application/vnd.awslambda.http-integration-response');
    expect(await readAll(result)).toBe(`{"statusCode":418,"headers":{"a":"b"}}${'\0'.repeat(8)}onetwo`);
  });

  it('loses the HTTP metadata, as deployed, where it ends without a write', async () => {
    const { host } = startFunction(
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
         awslambda.HttpResponseStream.from(stream, { statusCode: 204 }).end('all at once');
       });`,
    );
    expect(await readAll(await host.invokeStreaming({}))).toBe('all at once');
  });

  it('may reuse its buffer once the write is answered', async () => {
    const { host } = startFunction(
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
         const buffer = Buffer.from('first ');
         await new Promise((resolve) => stream.write(buffer, resolve));
         buffer.fill('x');
         stream.end('second');
       });`,
    );
    expect(await readAll(await host.invokeStreaming({}))).toBe('first second');
  });

  it('cannot set the content type after its first write', async () => {
    const { host } = startFunction(
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
         stream.write('x');
         try { stream.setContentType('text/plain'); } catch (error) { stream.write(error.message); }
         stream.end();
       });`,
    );
    expect(await readAll(await host.invokeStreaming({}))).toBe('xCannot set content-type, too late.');
  });

  it('gives its whole response to a caller who asks for the result', async () => {
    const { host } = startFunction(
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
         stream.write('{"parts":'); stream.end('2}');
       });`,
    );
    expect(await host.invoke({})).toEqual({ parts: 2 });
  });
});

describe('the environment of a function', () => {
  const code = 'export const handler = async () => ({ ...process.env });';

  it('has the variables of the template and those of Lambda', async () => {
    const { host } = startFunction(code, { environment: { TABLE: 'keys' }, memoryMb: 300 });
    expect(await host.invoke({})).toMatchObject({
      TABLE: 'keys',
      AWS_REGION: 'eu-west-1',
      AWS_LAMBDA_FUNCTION_NAME: 'greeter',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '300',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      LAMBDA_TASK_ROOT: expect.stringContaining('openclaw-function-'),
      _HANDLER: 'index.handler',
    });
  });

  it('has nothing of this process and of other functions', async () => {
    process.env.SECRET_OF_THIS_PROCESS = 'yes';
    onTestFinished(() => {
      delete process.env.SECRET_OF_THIS_PROCESS;
    });
    const setting = startFunction(
      'export const handler = async () => { process.env.LEAK = "yes"; globalThis.leak = 1; };',
    );
    const reading = startFunction(
      'export const handler = async () => [process.env.SECRET_OF_THIS_PROCESS, process.env.LEAK, globalThis.leak];',
    );
    await setting.host.invoke({});
    expect(await reading.host.invoke({})).toEqual([null, null, null]);
    expect(process.env.LEAK).toBeUndefined();
  });
});

describe('the log of a function', () => {
  it('has a line per call, with the invocation that it belongs to', async () => {
    const { host, log } = startFunction(
      `console.info('loaded');
       export const handler = async (event, context) => {
         await new Promise((resolve) => setTimeout(resolve, event.waitMs));
         console.warn('took %d ms', event.waitMs);
         return context.awsRequestId;
       };`,
    );
    const [slow, fast] = await Promise.all([host.invoke({ waitMs: 40 }), host.invoke({ waitMs: 10 })]);
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
    expect(log).toEqual([
      expect.stringMatching(new RegExp(`^greeter\t${time}\t\tINFO\tloaded$`)),
      expect.stringMatching(new RegExp(`^greeter\t${time}\t${fast}\tWARN\ttook 10 ms$`)),
      expect.stringMatching(new RegExp(`^greeter\t${time}\t${slow}\tWARN\ttook 40 ms$`)),
    ]);
  });

  it('has what is written to the standard streams', async () => {
    const { host, log } = startFunction(
      `export const handler = async () => { process.stdout.write('raw\\nlines\\n'); process.stderr.write('bad\\n'); };`,
    );
    await host.invoke({});
    await eventually(() => log.length === 3);
    expect(log.toSorted()).toEqual(['greeter\tbad', 'greeter\tlines', 'greeter\traw']);
  });
});

describe('the module of a handler', () => {
  it.each([
    ['an ES module', 'index.handler', { 'index.mjs': 'export const handler = async () => "found";' }],
    ['CommonJS by its name', 'index.handler', { 'index.cjs': 'exports.handler = async () => "found";' }],
    ['CommonJS by default', 'index.handler', { 'index.js': 'module.exports.handler = async () => "found";' }],
    [
      'an ES module by package.json',
      'index.handler',
      { 'index.js': 'export const handler = async () => "found";', 'package.json': '{"type":"module"}' },
    ],
    ['another name', 'app.main', { 'app.mjs': 'export const main = async () => "found";' }],
    ['a nested export', 'index.api.run', { 'index.mjs': 'export const api = { run: async () => "found" };' }],
  ])('may be %s', async (_, handler, files) => {
    const host = new FunctionHost(definitionOf(writeBundle(files), { handler }));
    onTestFinished(() => host.stop());
    expect(await host.invoke({})).toBe('found');
  });
});

describe('the CPU time of a function', () => {
  it('is that of its workers alone, past ones included', async () => {
    const { host } = startFunction(
      `const cpuMs = () => process.threadCpuUsage().user / 1000;
       export const handler = async () => {
         const start = cpuMs();
         while (cpuMs() - start < 200);
       };`,
    );
    await host.start();
    const start = performance.now();
    while (performance.now() - start < 400);
    const before = await host.cpuUsage();
    await host.invoke({});
    const after = await host.cpuUsage();
    expect(after.userMs - before.userMs).toBeGreaterThan(190);
    expect(after.userMs - before.userMs).toBeLessThan(350);
    await host.stop();
    expect((await host.cpuUsage()).userMs).toBeGreaterThanOrEqual(after.userMs);
  });
});
