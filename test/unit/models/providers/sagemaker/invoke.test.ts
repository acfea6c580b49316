import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSageMakerProvider } from '../../../../../lib/models/providers/sagemaker/index.ts';
import type { ModelCall } from '../../../../../lib/plugin/index.ts';
import { failureOf, readJson, readStream } from '../support/calls.ts';
import { type Reply, startReplayServer } from '../support/replay-server.ts';
import {
  answer,
  chunks,
  eventStream,
  noCapacity,
  payloadParts,
  quoted,
  refusal,
  roleCall,
  sageMaker,
  serverSentEvents,
  streamCall,
  unknownEndpoint,
} from './support.ts';

let server: Awaited<ReturnType<typeof startReplayServer>>;
beforeAll(async () => {
  server = await startReplayServer();
});
afterAll(() => server.close());

const provider = (config: Parameters<typeof sageMaker>[0] = {}, more?: Parameters<typeof sageMaker>[1]) =>
  sageMaker({ protocol: 'invoke', endpointUrl: server.url, ...config }, more);

const json = (body: object): Reply => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

function within(timeouts: Partial<ModelCall['timeouts']>): Partial<ModelCall> {
  return { timeouts: { connectMs: 1_000, firstTokenMs: 2_000, idleMs: 2_000, totalMs: 4_000, ...timeouts } };
}

/** How a stream fails: before its first event or after some text. */
async function streamFailure(reply: Reply, call: Partial<ModelCall> = {}) {
  server.reply(reply);
  const { content, error } = await readStream(await provider().call(streamCall({}, call)));
  return { content, errorClass: error?.errorClass, message: error?.message };
}

describe('InvokeEndpoint', () => {
  it("sends the caller's request, signed, with the upstream's model", async () => {
    server.reply(json(answer));
    await provider({ inferenceComponent: 'llama-copy' }).call(
      roleCall({ temperature: 0.5, vendor_field: 1 }),
    );

    expect(server.requests[0]).toMatchObject({
      url: '/endpoints/llama/invocations',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'x-amzn-sagemaker-inference-component': 'llama-copy',
        'x-amz-security-token': 'the-session-token',
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/sagemaker\//,
        ),
      },
      body: {
        model: 'the-model',
        messages: [{ role: 'user', content: 'Hi' }],
        temperature: 0.5,
        vendor_field: 1,
      },
    });
  });

  it("returns the container's own bytes, its usage and its text", async () => {
    server.reply(json(answer));
    const read = readJson(await provider().call(roleCall()));

    expect(Buffer.from(read.bytes).toString()).toBe(JSON.stringify(answer));
    expect(read.usage).toMatchObject({ inputTokens: 7, outputTokens: 3 });
    expect(read.finishReasons).toEqual(['stop']);
    expect(read.text()).toBe('Grüße 🌍');
  });

  it('returns embeddings', async () => {
    const embeddings = {
      object: 'list',
      data: [{ index: 0, embedding: [1, 2] }],
      usage: { prompt_tokens: 2 },
    };
    server.reply(json(embeddings));
    const call = roleCall({}, { operation: 'embeddings', body: { model: 'alias', input: 'Hi' } });

    expect(readJson(await provider().call(call)).document).toEqual(embeddings);
    expect(server.requests[0]?.body).toEqual({ model: 'the-model', input: 'Hi' });
  });

  it.each([
    ['is not JSON', 'nonsense'],
    ['is JSON of another kind', '{"generated_text":"Hi"}'],
    ['is empty', ''],
  ])('calls an answer malformed that %s', async (_, body) => {
    server.reply({ headers: { 'content-type': 'application/json' }, body });
    expect((await failureOf(provider().call(roleCall()))).errorClass).toBe('malformed');
  });

  it('says when the answer begins', async () => {
    server.reply(json(answer), refusal(503, 'ServiceUnavailable', {}));
    let started = 0;
    const call = roleCall({}, { onAnswerStarted: () => started++ });
    await provider().call(call);
    await failureOf(provider().call(call));
    expect(started).toBe(1);
  });
});

describe('InvokeEndpointWithResponseStream', () => {
  it('asks for a stream with usage', async () => {
    server.reply(eventStream(payloadParts(serverSentEvents)));
    await readStream(await provider().call(streamCall()));

    expect(server.requests[0]).toMatchObject({
      url: '/endpoints/llama/invocations-response-stream',
      headers: { 'x-amzn-sagemaker-accept': 'text/event-stream' },
      body: { model: 'the-model', stream: true, stream_options: { include_usage: true } },
    });
  });

  // 1 and 3 cut within characters of two and four bytes, 7 within `data: `; the second size cuts the frames.
  it.each([
    [1, 5] as const,
    [1, 10_000] as const,
    ...[3, 7, 64, 10_000].flatMap((part) => [1, 5, 10_000].map((piece) => [part, piece] as const)),
  ])('puts parts of %i bytes together, which come in pieces of %i', async (part, pieceBytes) => {
    server.reply(eventStream(payloadParts(serverSentEvents, part), { pieceBytes }));
    const read = await readStream(await provider().call(streamCall()));

    expect(read.error).toBeUndefined();
    expect(read.content).toBe('Grüße 🌍');
    expect(read.finishReason).toBe('stop');
    expect(read.events.at(-1)?.usage).toMatchObject({ inputTokens: 7, outputTokens: 3 });
  });

  it.each([
    ['with a line feed at the end', '\n'],
    ['with CRLF', '\r\n'],
    ['with empty lines between', '\n\n'],
  ])('reads chunks that a container streams as lines of JSON, %s', async (_, lineEnd) => {
    const lines = chunks.map((chunk) => JSON.stringify(chunk) + lineEnd).join('');
    const headers = { 'x-amzn-sagemaker-content-type': 'application/jsonlines' };
    server.reply(eventStream(payloadParts(lines, 9), { headers }));
    const read = await readStream(await provider().call(streamCall()));

    expect(read.error).toBeUndefined();
    expect(read.content).toBe('Grüße 🌍');
    expect(read.events.at(-1)?.usage).toMatchObject({ inputTokens: 7 });
  });

  it('reads lines of JSON whose last lacks its line feed', async () => {
    const headers = { 'x-amzn-sagemaker-content-type': 'application/jsonlines' };
    server.reply(eventStream(payloadParts(chunks.map((one) => JSON.stringify(one)).join('\n')), { headers }));
    const read = await readStream(await provider().call(streamCall()));
    expect([read.error, read.content]).toEqual([undefined, 'Grüße 🌍']);
  });

  it('calls a container that does not stream malformed', async () => {
    const headers = { 'x-amzn-sagemaker-content-type': 'application/json' };
    server.reply(eventStream(payloadParts(JSON.stringify(answer)), { headers }));
    const error = await failureOf(provider().call(streamCall()));
    expect([error.errorClass, error.message]).toEqual([
      'malformed',
      'sagemaker: the answer is of type application/json',
    ]);
  });

  it('uses a connection again after a whole stream', async () => {
    // The end of the HTTP answer comes a while after that of the stream.
    server.reply(eventStream(payloadParts(serverSentEvents), { pauseMs: 10 }));
    const before = server.connections();
    for (let round = 0; round < 3; round++) {
      await readStream(await provider().call(streamCall()));
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    expect(server.connections() - before).toBeLessThanOrEqual(1);
  });
});

const begun = `data: ${JSON.stringify(chunks[0])}\n\n`;

describe('a stream that fails', () => {
  const modelStreamError = (ErrorCode: string) => ({
    exception: 'ModelStreamError',
    payload: { Message: 'something about account 123456789012', ErrorCode },
  });
  it.each([
    ['the model takes too long', modelStreamError('ModelInvocationTimeExceeded'), 'timeout'],
    ["the model's connection breaks", modelStreamError('StreamBroken'), 'cut'],
    ['SageMaker fails', { exception: 'InternalStreamFailure', payload: { Message: 'Oops' } }, 'server'],
  ])('has its class after some text when %s', async (_, exception, errorClass) => {
    const failed = await streamFailure(eventStream([...payloadParts(begun, 10), exception]));
    expect(failed).toMatchObject({ content: 'Grüße ', errorClass });
    expect(failed.message).not.toContain('123456789012');
  });

  it.each([
    ['the model takes too long', modelStreamError('ModelInvocationTimeExceeded'), 'timeout'],
    ['SageMaker fails', { exception: 'InternalStreamFailure', payload: { Message: 'Oops' } }, 'server'],
  ])('fails as a call when %s before the first part', async (_, exception, errorClass) => {
    server.reply(eventStream([exception]));
    expect((await failureOf(provider().call(streamCall()))).errorClass).toBe(errorClass);
  });

  it("has the class of the container's error in the stream", async () => {
    const error = `data: ${JSON.stringify({ error: { message: 'slow down', code: 'rate_limit_exceeded' } })}\n\n`;
    expect(await streamFailure(eventStream(payloadParts(begun + error)))).toMatchObject({
      content: 'Grüße ',
      errorClass: 'rate_limit',
    });
  });

  const whole = eventStream(payloadParts(begun));
  const bytes = Buffer.from(whole.body ?? '');
  it.each([
    ['ends in order without an end of the answer', whole, 'cut'],
    [
      'ends in order within a frame',
      { ...whole, body: Buffer.concat([bytes, bytes.subarray(0, 40)]) },
      'cut',
    ],
    ['is reset', { ...whole, ending: 'reset' as const }, 'cut'],
    ['goes on with what is no frame', { ...whole, body: Buffer.concat([bytes, broken(bytes)]) }, 'malformed'],
  ])('is known for what it is when it %s', async (_, reply, errorClass) => {
    const failed = await streamFailure(reply, within({ idleMs: 100 }));
    expect(failed).toMatchObject({ content: 'Grüße ', errorClass });
    expect(failed.message).toMatch(/^sagemaker: [^\n]+$/);
  });
});

it('a stream is timed out between two parts', async () => {
  const stalled = eventStream(payloadParts(begun), { ending: 'stall' });
  expect(await streamFailure(stalled, within({ idleMs: 100 }))).toEqual({
    content: 'Grüße ',
    errorClass: 'timeout',
    message: 'sagemaker: no sign of the next part within 100 ms',
  });
});

/** A frame whose checksum does not fit. */
function broken(frame: Buffer): Buffer {
  const copy = Buffer.from(frame);
  copy.writeUInt8(copy.readUInt8(copy.length - 1) ^ 0xff, copy.length - 1);
  return copy;
}

describe('a refusal', () => {
  const contextTooLong = JSON.stringify({
    error: {
      message: "This model's maximum context length is 4096 tokens.",
      type: 'BadRequestError',
      code: 400,
    },
  });
  const modelError = (status: number, text: string) =>
    refusal(424, 'ModelError', {
      Message: quoted(status, text),
      OriginalStatusCode: status,
      OriginalMessage: text,
      LogStreamArn: 'arn:aws:logs:eu-central-1:123456789012:log-group:/aws/sagemaker/Endpoints/llama',
    });
  const cases: readonly (readonly [string, Reply, string])[] = [
    ['zero copies', refusal(400, 'ValidationError', { Message: noCapacity }), 'server'],
    ['zero copies, by another name', refusal(400, 'ValidationException', { message: noCapacity }), 'server'],
    ['an unknown endpoint', refusal(400, 'ValidationError', { Message: unknownEndpoint }), 'not_found'],
    [
      'a component that must be named',
      refusal(400, 'ValidationError', {
        Message:
          'Inference Component Name header is required for endpoints to which you plan to deploy components.',
      }),
      'not_found',
    ],
    [
      'another validation error',
      refusal(400, 'ValidationError', { Message: 'Too large.' }),
      'invalid_request',
    ],
    ['throttling', refusal(400, 'ThrottlingException', { message: 'Rate exceeded' }), 'rate_limit'],
    ['throttling by status', refusal(429, 'SomethingNew', {}), 'rate_limit'],
    ['a model that is being loaded', refusal(429, 'ModelNotReadyException', {}), 'server'],
    ['an unavailable service', refusal(503, 'ServiceUnavailable', {}), 'server'],
    ['an internal failure', refusal(500, 'InternalFailure', {}), 'server'],
    ['a failed dependency', refusal(530, 'InternalDependencyException', {}), 'server'],
    [
      'a denied role',
      refusal(403, 'AccessDeniedException', { Message: 'User: arn:aws:sts…' }),
      'authentication',
    ],
    ['expired credentials', refusal(400, 'ExpiredTokenException', {}), 'authentication'],
    ['a wrong signature', refusal(403, 'InvalidSignatureException', {}), 'authentication'],
    ["a proxy's page", { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>' }, 'server'],
    ['a context that is too long', modelError(400, contextTooLong), 'context_length'],
    ["the container's 500", modelError(500, 'CUDA out of memory'), 'server'],
    ["the container's 429", modelError(429, '{"error":{"message":"busy"}}'), 'rate_limit'],
    [
      "the container's 422 of TGI",
      modelError(422, '{"error":"bad","error_type":"validation"}'),
      'invalid_request',
    ],
    [
      "the container's error in no more than its own words",
      refusal(424, 'ModelError', {
        Message: 'Oops',
        OriginalStatusCode: 404,
        OriginalMessage: 'no such model',
      }),
      'not_found',
    ],
    ["SageMaker's time-out", modelError(0, 'Your invocation timed out'), 'timeout'],
    [
      'a model error without its parts',
      refusal(424, 'ModelError', { Message: quoted(503, 'busy') }),
      'server',
    ],
  ];
  const both = cases.flatMap(([what, reply, errorClass]) => [
    [`${what}, to a whole answer`, reply, errorClass, roleCall()] as const,
    [`${what}, to a stream`, reply, errorClass, streamCall()] as const,
  ]);
  it.each(both)('has its class for %s', async (_, reply, errorClass, call) => {
    server.reply(reply);
    const error = await failureOf(provider().call(call));

    expect(error.errorClass).toBe(errorClass);
    expect(error.message).toMatch(/^sagemaker[: ][^\n]+$/);
    expect(JSON.stringify([error.message, error.detail ?? null])).not.toMatch(
      /123456789012|arn:aws|console\.aws/,
    );
    expect(server.requests).toHaveLength(1);
  });

  it("passes on what the container says about the caller's request", async () => {
    server.reply(
      modelError(400, JSON.stringify({ error: { message: 'bad top_p', param: 'top_p', code: null } })),
    );
    expect(await failureOf(provider().call(roleCall()))).toMatchObject({
      errorClass: 'invalid_request',
      status: 400,
      detail: { message: 'bad top_p', param: 'top_p' },
    });
  });

  it('says that there is no capacity', async () => {
    server.reply(refusal(400, 'ValidationError', { Message: noCapacity }));
    expect((await failureOf(provider().call(roleCall()))).message).toBe(
      'sagemaker: the endpoint has no capacity',
    );
  });

  it('keeps how long to wait', async () => {
    server.reply(refusal(429, 'ThrottlingException', {}, { 'retry-after': '3' }));
    expect((await failureOf(provider().call(roleCall()))).retryAfterMs).toBe(3_000);
  });
});

describe('time and cancellation', () => {
  it.each([
    ['a whole answer', roleCall],
    ['a stream', streamCall],
  ])('waits for the head of %s no longer than for a first token', async (_, call) => {
    server.reply({ ...json(answer), delayMs: 400 });
    const error = await failureOf(provider().call(call({}, within({ firstTokenMs: 50 }))));
    expect([error.errorClass, error.message]).toEqual([
      'timeout',
      'sagemaker: no sign of the first token within 50 ms',
    ]);
  });

  it('waits for the first part of a stream no longer than for a first token', async () => {
    server.reply(eventStream([], { ending: 'stall' }));
    const error = await failureOf(provider().call(streamCall({}, within({ firstTokenMs: 50 }))));
    expect([error.errorClass, error.message]).toEqual([
      'timeout',
      'sagemaker: no sign of the first token within 50 ms',
    ]);
  });

  it('counts the first token of a whole answer up to its head', async () => {
    server.reply({ ...json(answer), pieceBytes: 40, pauseMs: 50 });
    const read = readJson(await provider().call(roleCall({}, within({ firstTokenMs: 200 }))));
    expect(read.text()).toBe('Grüße 🌍');
  });

  it('counts the first token, not the first part', async () => {
    const role = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { role: 'assistant' } }] })}\n\n`;
    const failed = await streamFailure(
      eventStream(payloadParts(role), { ending: 'stall' }),
      within({ firstTokenMs: 100 }),
    );
    expect(failed).toMatchObject({
      errorClass: 'timeout',
      message: 'sagemaker: no sign of the first token within 100 ms',
    });
  });

  it('ends a slow stream at its total time', async () => {
    const slow = eventStream(payloadParts(serverSentEvents, 5), { pieceBytes: 40, pauseMs: 20 });
    expect(await streamFailure(slow, within({ totalMs: 150 }))).toMatchObject({ errorClass: 'timeout' });
  });

  it('connects no longer than allowed, and says what it could not reach', async () => {
    const closed = await startReplayServer();
    await closed.close();
    const error = await failureOf(provider({ endpointUrl: closed.url }).call(roleCall()));
    expect([error.errorClass, error.message]).toEqual(['network', 'sagemaker: connection refused']);
  });

  it.each([
    ['a whole answer', roleCall],
    ['a stream', streamCall],
  ])('ends the exchange when the caller leaves before %s', async (_, call) => {
    server.reply({ ...json(answer), delayMs: 300 });
    const left = new AbortController();
    const work = failureOf(provider().call(call({}, { signal: left.signal })));
    setTimeout(() => left.abort(), 50);
    expect((await work).errorClass).toBe('cancelled');
  });

  describe('in mid-stream', () => {
    // One that has not been left by anybody yet.
    let stalling: typeof server;
    beforeEach(async () => {
      stalling = await startReplayServer();
      stalling.reply(eventStream(payloadParts(begun), { ending: 'stall' }));
    });
    afterEach(() => stalling.close());

    it('ends the exchange when the caller leaves', async () => {
      const left = new AbortController();
      const call = streamCall({}, { signal: left.signal });
      const answered = await provider({ endpointUrl: stalling.url }).call(call);
      setTimeout(() => left.abort(), 50);

      expect((await readStream(answered)).error?.errorClass).toBe('cancelled');
      await expect.poll(() => stalling.abandoned()).toBe(1);
    });

    it('ends the exchange when the reader leaves the loop', async () => {
      const answered = await provider({ endpointUrl: stalling.url }).call(streamCall());
      if (answered.kind !== 'stream') throw new Error('not a stream');
      for await (const _ of answered.events) break;

      await expect.poll(() => stalling.abandoned()).toBe(1);
    });
  });

  it('sends nothing for a caller who has left', async () => {
    server.reply(json(answer));
    const signal = AbortSignal.abort();
    expect((await failureOf(provider().call(roleCall({}, { signal })))).errorClass).toBe('cancelled');
    expect(server.requests).toHaveLength(0);
  });
});

describe('credentials', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('are those of the environment where no others are given', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDOFROLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    const config = {
      kind: 'sagemaker',
      endpoint: 'llama',
      protocol: 'invoke',
      endpointUrl: server.url,
    } as const;
    server.reply(json(answer));
    await createSageMakerProvider(config, { region: 'eu-central-1' }).call(roleCall());
    expect(server.requests[0]?.headers.authorization).toContain('Credential=AKIDOFROLE/');
  });

  it('are asked for with an end', async () => {
    const endless = provider({}, { credentials: () => new Promise(() => undefined) });
    const error = await failureOf(endless.call(roleCall({}, within({ connectMs: 50 }))));
    expect([error.errorClass, error.message]).toEqual([
      'timeout',
      'sagemaker: no AWS credentials within 50 ms',
    ]);
  });

  it('are not waited for by a caller who has left', async () => {
    const endless = provider({}, { credentials: () => new Promise(() => undefined) });
    const error = await failureOf(endless.call(roleCall({}, { signal: AbortSignal.abort() })));
    expect(error.errorClass).toBe('cancelled');
  });

  it('that cannot be had are named without what the provider says', async () => {
    const missing = provider({}, { credentials: () => Promise.reject(new TypeError('in /home/me/.aws')) });
    const error = await failureOf(missing.call(roleCall()));
    expect([error.errorClass, error.message]).toEqual([
      'authentication',
      'sagemaker: no AWS credentials (TypeError)',
    ]);
  });

  it('need a region', async () => {
    const lost = createSageMakerProvider({ kind: 'sagemaker', endpoint: 'llama', protocol: 'invoke' });
    expect((await failureOf(lost.call(roleCall()))).message).toBe('sagemaker: no region is configured');
  });
});
