import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRuntime, serviceUrl } from '../../../../../lib/models/providers/sagemaker/runtime.ts';
import { failureOf, readJson, readStream } from '../support/calls.ts';
import { type Reply, startReplayServer } from '../support/replay-server.ts';
import {
  answer,
  noCapacity,
  quoted,
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
  sageMaker({ endpointUrl: server.url, ...config }, more);

const json = (body: object, status = 200): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const sse: Reply = { headers: { 'content-type': 'text/event-stream' }, body: serverSentEvents };

/** The token of each request so far, and the URL in it. */
function tokens() {
  return server.requests.map(({ headers }) => {
    const token = headers.authorization?.replace('Bearer sagemaker-api-key-', '') ?? '';
    return { token, url: new URL(`https://${Buffer.from(token, 'base64').toString()}`) };
  });
}

describe('a chat completion', () => {
  it.each([
    ['an endpoint', {}, '/endpoints/llama/openai/v1/chat/completions'],
    [
      'an inference component',
      { inferenceComponent: 'llama-copy' },
      '/endpoints/llama/inference-components/llama-copy/openai/v1/chat/completions',
    ],
  ])("goes to the OpenAI API of %s as the caller's request", async (_, config, url) => {
    server.reply(json(answer));
    const read = readJson(await provider(config).call(roleCall({ vendor_field: 1 })));

    expect(server.requests[0]).toMatchObject({ url, body: { model: 'the-model', vendor_field: 1 } });
    expect(Buffer.from(read.bytes).toString()).toBe(JSON.stringify(answer));
  });

  it('is streamed', async () => {
    server.reply({ ...sse, pieceBytes: 7 });
    const read = await readStream(await provider().call(streamCall()));

    expect([read.error, read.content]).toEqual([undefined, 'Grüße 🌍']);
    expect(server.requests[0]?.body).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });

  it('carries a presigned URL for the action, in the region and for about an hour', async () => {
    server.reply(json(answer));
    await provider({ region: 'us-west-2' }).call(roleCall());

    const [{ url } = { url: new URL('about:blank') }] = tokens();
    expect(url.host + url.pathname).toBe('sagemaker.amazonaws.com/');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      Action: 'CallWithBearerToken',
      Version: '1',
      'X-Amz-Credential': expect.stringMatching(/^AKIDEXAMPLE\/\d{8}\/us-west-2\/sagemaker\/aws4_request$/),
      'X-Amz-Security-Token': 'the-session-token',
      'X-Amz-Expires': '3600',
      'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('uses its token again, and another one before that expires', async () => {
    let nowMs = Date.now();
    const usual = provider({}, { now: () => nowMs });
    server.reply(json(answer));
    await usual.call(roleCall());
    nowMs += 54 * 60_000;
    await usual.call(roleCall());
    nowMs += 2 * 60_000;
    await usual.call(roleCall());

    const [first, second, third] = tokens().map(({ token }) => token);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('signs another token after one was refused', async () => {
    let accessKeyId = 'REVOKED';
    const expiration = new Date(Date.now() + 60_000);
    const rotating = provider(
      {},
      { credentials: async () => ({ accessKeyId, secretAccessKey: 's', expiration }) },
    );
    server.reply(json({ error: { message: 'expired' } }, 403), json(answer));
    expect((await failureOf(rotating.call(roleCall()))).errorClass).toBe('authentication');
    accessKeyId = 'ROTATED';
    await rotating.call(roleCall());

    expect(tokens()[1]?.url.searchParams.get('X-Amz-Credential')).toMatch(/^ROTATED\//);
  });
});

describe('embeddings', () => {
  it('go by InvokeEndpoint, as an endpoint has no other path for them', async () => {
    server.reply(json({ object: 'list', data: [{ index: 0, embedding: [1] }], usage: { prompt_tokens: 1 } }));
    const call = roleCall({}, { operation: 'embeddings', body: { model: 'alias', input: 'Hi' } });
    await provider({ inferenceComponent: 'llama-copy' }).call(call);

    expect(server.requests[0]).toMatchObject({
      url: '/endpoints/llama/invocations',
      headers: { 'x-amzn-sagemaker-inference-component': 'llama-copy' },
      body: { model: 'the-model', input: 'Hi' },
    });
  });
});

describe('a refusal', () => {
  const own = (message: string) => ({
    error: { message, type: 'invalid_request_error', code: 'validation_error' },
  });
  const ofModel = (status: number, text: string) => ({
    error: { message: quoted(status, text), type: 'server_error', code: 'model_error' },
  });
  const contextTooLong = '{"error":{"message":"maximum context length is 4096 tokens","code":400}}';
  const timedOut = 'Received server error (0) from primary with message "Your invocation timed out". See …';

  it.each([
    ['zero copies', json(own(noCapacity), 400), 'server'],
    ['an unknown endpoint', json(own(unknownEndpoint), 400), 'not_found'],
    ['another validation error', json(own('Too large.'), 400), 'invalid_request'],
    ['a context that is too long', json(ofModel(400, contextTooLong), 400), 'context_length'],
    ["the container's 503", json(ofModel(503, 'busy'), 503), 'server'],
    ["SageMaker's time-out", json({ error: { message: timedOut, code: 'model_error' } }, 424), 'timeout'],
    [
      'an answer too long to quote',
      json(
        {
          error: {
            message:
              'Received client error (404) from primary and could not load the entire response body. See https://eu-central-1.console.aws.amazon.com/ in account 123456789012.',
            code: 'model_error',
          },
        },
        424,
      ),
      'not_found',
    ],
    [
      'a denied role',
      json({ error: { message: 'User: arn:aws:sts::123456789012:role/r is not authorized' } }, 403),
      'authentication',
    ],
    ['throttling', json({ message: 'Rate exceeded' }, 429), 'rate_limit'],
    ['an unavailable service', { status: 503, body: '' }, 'server'],
  ])('has its class for %s', async (_, reply, errorClass) => {
    for (const call of [roleCall(), streamCall()]) {
      server.reply(reply);
      const error = await failureOf(provider().call(call));
      expect(error.errorClass).toBe(errorClass);
      expect(JSON.stringify([error.message, error.detail ?? null])).not.toMatch(
        /123456789012|arn:aws|console/,
      );
      expect(server.requests).toHaveLength(1);
    }
  });

  it("passes on what the container says about the caller's request", async () => {
    const body = JSON.stringify({ error: { message: 'bad top_p', param: 'top_p', code: 400 } });
    server.reply(json(ofModel(400, body), 400));
    expect(await failureOf(provider().call(roleCall()))).toMatchObject({
      errorClass: 'invalid_request',
      detail: { message: 'bad top_p', param: 'top_p' },
    });
  });

  it('that is the plain one of a container stays as it is', async () => {
    server.reply(json({ error: { message: 'bad top_p', code: 'invalid_value' } }, 400));
    expect((await failureOf(provider().call(roleCall()))).detail?.message).toBe('bad top_p');
  });

  it('keeps how long to wait', async () => {
    server.reply({
      ...json(own('Slow down.'), 429),
      headers: { 'content-type': 'application/json', 'retry-after': '2' },
    });
    expect((await failureOf(provider().call(roleCall()))).retryAfterMs).toBe(2_000);
  });

  it('does not tell the token that it echoes', async () => {
    const echoing = provider();
    server.reply(json(answer));
    await echoing.call(roleCall());
    const { token } = tokens()[0] ?? { token: '' };
    server.reply(json({ error: { message: `no such token: sagemaker-api-key-${token}` } }, 400));

    expect((await failureOf(echoing.call(roleCall()))).detail?.message).toBe('no such token: [key]');
  });
});

describe("the service's URL", () => {
  const providerName = 'sagemaker';
  it.each([
    ['us-east-1', 'https://runtime.sagemaker.us-east-1.amazonaws.com'],
    ['cn-north-1', 'https://runtime.sagemaker.cn-north-1.amazonaws.com.cn'],
    ['us-gov-west-1', 'https://runtime.sagemaker.us-gov-west-1.amazonaws.com'],
    ['eusc-de-east-1', 'https://runtime.sagemaker.eusc-de-east-1.amazonaws.eu'],
  ])('in %s is %s', async (region, url) => {
    const options = { region, providerName };
    expect(serviceUrl(await createRuntime(options), options)).toBe(url);
  });

  it('is that of the configuration where it has one', async () => {
    const options = { region: 'us-east-1', providerName, endpointUrl: 'https://vpce.example/sagemaker/' };
    expect(serviceUrl(await createRuntime(options), options)).toBe('https://vpce.example/sagemaker');
  });

  it('cannot be had for what is no region', async () => {
    const error = await failureOf(sageMaker({ region: 'us east' }).call(roleCall()));
    expect([error.errorClass, error.message]).toEqual(['not_found', 'sagemaker: "us east" is not a region']);
  });
});
