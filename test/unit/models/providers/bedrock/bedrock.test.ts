import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createBedrockProvider } from '../../../../../lib/models/providers/bedrock/index.ts';
import type { ModelCall, ModelProvider } from '../../../../../lib/plugin/index.ts';
import { chatCall, failureOf, readJson } from '../support/calls.ts';
import { replay, startReplayServer } from '../support/replay-server.ts';

let server: Awaited<ReturnType<typeof startReplayServer>>;
let provider: ModelProvider;

beforeAll(async () => {
  server = await startReplayServer();
  provider = createBedrockProvider(
    { kind: 'bedrock', baseUrl: server.url },
    {
      region: 'eu-west-1',
      credentials: async () => ({
        accessKeyId: 'AKIDEXAMPLE',
        secretAccessKey: 'secret',
        sessionToken: 'session',
      }),
    },
  );
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => server.close());

const claude = 'anthropic.claude-sonnet-4-5-20250929-v1:0';
const tools = [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object' } } }];

/** A call by the function's role, without a key. */
function roleCall(fields: Record<string, unknown> = {}, call: Partial<ModelCall> = {}): ModelCall {
  const { apiKey: _, ...rest } = chatCall(fields, { model: claude, ...call });
  return rest;
}
const embeddingCall = (model: string, body: object) =>
  roleCall({}, { operation: 'embeddings', model, body: { model: 'a', ...body } });

describe('a request', () => {
  it('is one of the Converse API, signed with the credentials of the role', async () => {
    server.reply(replay('bedrock/converse.json'));
    await provider.call(
      roleCall({
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Hi' },
        ],
        max_tokens: 100,
        temperature: 0.5,
        tools,
        tool_choice: 'auto',
      }),
    );

    expect(server.requests[0]).toMatchObject({
      url: `/model/${encodeURIComponent(claude)}/converse`,
      headers: {
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/bedrock\//,
        ),
        'x-amz-security-token': 'session',
      },
      body: {
        system: [{ text: 'Be brief.' }],
        messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
        inferenceConfig: { maxTokens: 100, temperature: 0.5 },
        toolConfig: { tools: [{ toolSpec: { name: 'get_weather' } }], toolChoice: { auto: {} } },
      },
    });
  });

  it('with a Bedrock API key carries that', async () => {
    server.reply(replay('bedrock/converse.json'));
    await provider.call(chatCall({}, { model: claude }));

    expect(server.requests[0]?.headers.authorization).toBe('Bearer secret-key');
  });

  it('without credentials fails as a dead key does', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
    const lost = createBedrockProvider({ kind: 'bedrock', region: 'eu-west-1', baseUrl: server.url });

    expect(await failureOf(lost.call(roleCall()))).toMatchObject({ errorClass: 'authentication' });
  });

  it('for one tool call at a time reaches a Claude model', async () => {
    server.reply(replay('bedrock/converse.json'));
    await provider.call(roleCall({ tools, parallel_tool_calls: false }));

    expect(server.requests[0]?.body.additionalModelRequestFields).toMatchObject({
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    });
  });

  it.each([
    ['parallel_tool_calls', { tools, parallel_tool_calls: false }, 'amazon.nova-pro-v1:0'],
    ['seed', { seed: 7 }, claude],
    ['temperature', { temperature: 1.5 }, claude],
    ['response_format', { response_format: { type: 'json_object' } }, claude],
  ])(
    'with %s where the model has none is refused before anything is paid for',
    async (param, body, model) => {
      server.reply(replay('bedrock/converse.json'));
      const error = await failureOf(provider.call(roleCall(body, { model })));

      expect(error).toMatchObject({ errorClass: 'unsupported_parameter', detail: { param } });
      expect(server.requests).toEqual([]);
    },
  );

  it('with an image in a bucket, which the role could read for anybody, is refused', async () => {
    const content = [{ type: 'image_url', image_url: { url: 's3://bucket/cat.png' } }];
    const error = await failureOf(provider.call(roleCall({ messages: [{ role: 'user', content }] })));

    expect(error.errorClass).toBe('invalid_request');
  });
});

it('a whole answer is a chat completion, cached tokens counted as input', async () => {
  server.reply(replay('bedrock/converse.json'));
  const answer = readJson(await provider.call(roleCall({ tools })));

  expect(answer.document.choices[0]).toMatchObject({
    message: {
      content: 'Hi! Let me look.',
      reasoning_content: 'The user greets.',
      reasoning_details: [{ text: 'The user greets.', provider_metadata: { bedrock: expect.any(Object) } }],
      tool_calls: [{ function: { name: 'get_weather', arguments: '{"location":"Paris"}' } }],
    },
    finish_reason: 'tool_calls',
  });
  expect(answer.usage).toMatchObject({ inputTokens: 2_125, cachedInputTokens: 20, cacheWriteTokens: 10 });
});

describe('embeddings', () => {
  it('of a model that takes one text at a time are asked for one by one', async () => {
    server.reply(replay('bedrock/titan-embedding.json'));
    const call = embeddingCall('amazon.titan-embed-text-v2:0', { input: ['a', 'b', 'c'], dimensions: 256 });
    const answer = readJson(await provider.call(call));

    expect(server.requests.map(({ body }) => body)).toEqual(
      expect.arrayContaining(['a', 'b', 'c'].map((inputText) => ({ inputText, dimensions: 256 }))),
    );
    expect(answer.document.data).toHaveLength(3);
    expect(answer.usage).toMatchObject({ inputTokens: 12, estimated: false });
  });

  it.each([
    ['amazon.nova-2-multimodal-embeddings-v1:0', 384, { singleEmbeddingParams: { embeddingDimension: 384 } }],
    ['cohere.embed-v4:0', 512, { output_dimension: 512 }],
  ])('of %s have the size that was asked for', async (model, dimensions, body) => {
    server.reply({ headers: { 'content-type': 'application/json' }, body: '{"embeddings":{"float":[[1]]}}' });
    await provider.call(embeddingCall(model, { input: 'a', dimensions }));

    expect(server.requests[0]?.body).toMatchObject(body);
  });

  it.each([
    ['amazon.titan-embed-text-v2:0', 300],
    ['amazon.titan-embed-text-v1', 256],
    ['cohere.embed-english-v3', 256],
  ])('of %s in a size of %i are refused', async (model, dimensions) => {
    const error = await failureOf(provider.call(embeddingCall(model, { input: 'a', dimensions })));

    expect(error).toMatchObject({ errorClass: 'unsupported_parameter', detail: { param: 'dimensions' } });
  });
});

describe('a refusal by the API', () => {
  it.each([
    [400, 'ValidationException', 'Input is too long for requested model.', 'context_length'],
    [400, 'ValidationException', 'The provided model identifier is invalid.', 'not_found'],
    [400, 'ValidationException', 'The text field in the ContentBlock is blank.', 'invalid_request'],
    [400, 'ServiceQuotaExceededException', 'Too many.', 'rate_limit'],
    [403, 'AccessDeniedException', "You don't have access to the model", 'authentication'],
    [403, 'ExpiredTokenException', 'The security token is expired', 'authentication'],
    [404, 'ResourceNotFoundException', 'The model is not there', 'not_found'],
    [408, 'ModelTimeoutException', 'The model took too long', 'server'],
    [424, 'ModelErrorException', 'The model failed', 'server'],
    [429, 'ThrottlingException', 'Too many requests', 'rate_limit'],
    [429, 'ModelNotReadyException', 'The model is not ready', 'server'],
    [503, 'ServiceUnavailableException', 'Try later', 'server'],
  ])('%i %s (%s) is of class %s', async (status, type, message, errorClass) => {
    server.reply({
      status,
      headers: {
        'content-type': 'application/json',
        'x-amzn-errortype': `${type}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
      },
      body: JSON.stringify({ message }),
    });
    for (const stream of [false, true]) {
      const error = await failureOf(provider.call(roleCall({ stream }, { stream })));

      expect(error).toMatchObject({ errorClass, status, detail: { message } });
    }
  });
});
