import OpenAI, { APIUserAbortError, AuthenticationError, BadRequestError, NotFoundError } from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  answerText,
  type FaultUpstream,
  startFaultUpstream,
  toolArguments,
} from '../support/fault-upstream/index.ts';
import { startTestRuntime, type TestRuntime } from './support/start-test-runtime.ts';

let upstream: FaultUpstream;
let platform: TestRuntime;
let client: OpenAI;

beforeAll(async () => {
  upstream = await startFaultUpstream({ chunkDelayMs: 1, behaviours: { slow: 'stall' }, stallMs: 10_000 });
  platform = await startTestRuntime(
    {
      providers: {
        builtin: { kind: 'openclaw-extract' },
        upstream: { kind: 'openai', baseUrl: upstream.url, apiKeys: ['E2E_UPSTREAM_KEY'] },
      },
      models: {
        'openclaw-extract': { targets: [{ provider: 'builtin', model: 'openclaw-extract' }] },
        chat: {
          targets: [
            {
              provider: 'upstream',
              model: 'real-chat',
              price: { inputPerMillionUsd: 10, outputPerMillionUsd: 20, cachedInputPerMillionUsd: 1 },
            },
          ],
        },
        slow: { targets: [{ provider: 'upstream', model: 'slow' }] },
        'org/embed': { targets: [{ provider: 'upstream', model: 'real-embed' }], operations: ['embeddings'] },
      },
    },
    { E2E_UPSTREAM_KEY: 'sk-upstream' },
  );
  client = platform.client;
});

afterAll(async () => {
  await platform?.stop();
  await upstream?.stop();
});

beforeEach(() => upstream.reset());

const messages = [{ role: 'user' as const, content: 'Say something.' }];

async function collect(stream: AsyncIterable<OpenAI.ChatCompletionChunk>) {
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

describe('chat completions', () => {
  it('come whole, from the upstream, under its key, and are recorded with their cost', async () => {
    const { data, response } = await client.chat.completions
      .create({ model: 'chat', messages })
      .withResponse();
    expect(data.choices[0]?.message.content).toBe(answerText);
    expect(data.usage).toMatchObject({ prompt_tokens: 20, completion_tokens: 10 });
    expect(upstream.requests).toHaveLength(1);
    expect(upstream.requests[0]).toMatchObject({
      headers: { authorization: 'Bearer sk-upstream' },
      body: { model: 'real-chat', messages },
    });
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-openclaw-provider': 'upstream',
      'x-openclaw-model': 'real-chat',
      'x-openclaw-attempts': '1',
      // 12 tokens at 10, 8 cached at 1, 10 out at 20 millionths of a dollar.
      'x-openclaw-cost-microusd': '328',
    });
    const [intent, outcome] = await platform.records(response.headers.get('x-openclaw-request-id'));
    expect(intent).toMatchObject({
      tenantId: 'acme',
      alias: 'chat',
      stream: false,
      route: 'POST /v1/chat/completions',
    });
    expect(outcome).toMatchObject({
      status: 200,
      costMicroUsd: 328,
      finishReasons: ['stop'],
      usage: {
        inputTokens: 20,
        cachedInputTokens: 8,
        outputTokens: 10,
        reasoningTokens: 3,
        estimated: false,
      },
    });
    const text = JSON.stringify([intent, outcome]);
    for (const secret of [platform.apiKey.slice(-40), 'sk-upstream', 'Say something', 'Grüße']) {
      expect(text).not.toContain(secret);
    }
  });

  it('come streamed, without the usage chunk unless it is asked for', async () => {
    const plain = await collect(
      await client.chat.completions.create({ model: 'chat', messages, stream: true }),
    );
    expect(plain.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(answerText);
    expect(plain.at(-1)?.choices[0]?.finish_reason).toBe('stop');
    for (const chunk of plain) {
      expect(chunk).toMatchObject({
        id: expect.any(String),
        object: 'chat.completion.chunk',
        created: expect.any(Number),
      });
      expect(chunk.choices.length).toBeGreaterThan(0);
    }
    const withUsage = await collect(
      await client.chat.completions.create({
        model: 'chat',
        messages,
        stream: true,
        stream_options: { include_usage: true },
      }),
    );
    expect(withUsage.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 30 } });
    expect(upstream.requests.every(({ body }) => body.stream_options?.include_usage)).toBe(true);
  });

  it('arrive chunk by chunk, not all at the end', async () => {
    const stream = await client.chat.completions.create({ model: 'slow', messages, stream: true });
    const started = Date.now();
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) break;
    }
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  const tools: OpenAI.ChatCompletionTool[] = [
    {
      type: 'function',
      function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
    },
  ];

  it('call tools, whole and streamed', async () => {
    const whole = await client.chat.completions.create({ model: 'chat', messages, tools });
    expect(whole.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { tool_calls: [{ function: { name: 'weather', arguments: toolArguments } }] },
    });
    const runner = client.chat.completions.stream({ model: 'chat', messages, tools });
    const final = await runner.finalChatCompletion();
    expect(final.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { arguments: toolArguments },
    });
  });

  it('pass every parameter on, those unknown to us too', async () => {
    const body = {
      model: 'chat',
      messages: [
        {
          role: 'user' as const,
          content: [
            { type: 'text' as const, text: 'What is this?' },
            { type: 'image_url' as const, image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
          ],
        },
      ],
      n: 2,
      logprobs: true,
      top_logprobs: 2,
      temperature: 0.5,
      seed: 7,
      response_format: {
        type: 'json_schema' as const,
        json_schema: { name: 'answer', strict: true, schema: { type: 'object', properties: {} } },
      },
      vendor_extension: { deep: [1, 2.5, 'x'] },
    };
    const answer = await client.chat.completions.create(body);
    expect(answer.choices).toHaveLength(2);
    expect(answer.choices[1]?.logprobs?.content).toHaveLength(1);
    expect(upstream.requests[0]?.body).toEqual({ ...body, model: 'real-chat' });
  });

  it('LiteLLM 13774, 13245, bifrost 3709: end at the upstream when the caller aborts, and what was produced is billed', async () => {
    const controller = new AbortController();
    const { data: stream, response } = await client.chat.completions
      .create({ model: 'slow', messages, stream: true }, { signal: controller.signal })
      .withResponse();
    const reading = (async () => {
      for await (const chunk of stream) if (chunk.choices[0]?.delta.content) controller.abort();
    })();
    await reading.catch((error) => expect(error).toBeInstanceOf(APIUserAbortError));
    await expect.poll(() => upstream.requests[0]?.aborted, { timeout: 3_000 }).toBe(true);
    const [, outcome] = await platform.records(response.headers.get('x-openclaw-request-id'));
    expect(outcome).toMatchObject({ cutBy: 'caller', errorCode: 'cancelled', usage: { estimated: true } });
    const usage = (outcome?.usage ?? {}) as { readonly outputTokens?: number };
    expect(usage.outputTokens).toBeGreaterThan(0);
  });
});

describe('openclaw-extract', () => {
  it('answers from the conversation, without a key or a network', async () => {
    const answer = await client.chat.completions.create({
      model: 'openclaw-extract',
      messages: [
        { role: 'system', content: 'Refunds are possible within 30 days. Shipping takes two to five days.' },
        { role: 'user', content: 'How long does shipping take?' },
      ],
    });
    expect(answer.choices[0]?.message.content).toContain('Shipping takes two to five days.');
    expect(answer.usage?.completion_tokens).toBeGreaterThan(0);
  });

  it('streams the same answer', async () => {
    const request = {
      model: 'openclaw-extract',
      messages: [
        { role: 'user' as const, content: 'The sky is blue. Grass is green. What colour is grass?' },
      ],
    };
    const whole = await client.chat.completions.create(request);
    const chunks = await collect(await client.chat.completions.create({ ...request, stream: true }));
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(
      whole.choices[0]?.message.content,
    );
  });

  it('refuses what it cannot do instead of ignoring it', async () => {
    await expect(
      client.chat.completions.create({ model: 'openclaw-extract', messages, logprobs: true }),
    ).rejects.toMatchObject({ status: 400, code: 'unsupported_parameter', param: 'logprobs' });
    const unknown = { model: 'openclaw-extract', messages, vendor_extension: 1 };
    await expect(client.chat.completions.create(unknown)).rejects.toMatchObject({
      status: 400,
      param: 'vendor_extension',
    });
  });
});

describe('embeddings', () => {
  it('come in the order of the inputs', async () => {
    const { data } = await client.embeddings.create({
      model: 'org/embed',
      input: ['a', 'b'],
      encoding_format: 'float',
    });
    expect(data.map(({ embedding }) => embedding[2])).toEqual([0, 1]);
    expect(upstream.requests[0]).toMatchObject({
      path: '/v1/embeddings',
      body: { model: 'real-embed', input: ['a', 'b'] },
    });
  });
});

describe('models', () => {
  it('are listed and retrieved', async () => {
    const ids: string[] = [];
    for await (const model of client.models.list()) ids.push(model.id);
    expect(ids).toEqual(['openclaw-extract', 'chat', 'slow', 'org/embed']);
    expect(await client.models.retrieve('org/embed')).toMatchObject({ id: 'org/embed', object: 'model' });
  });
});

describe('errors', () => {
  it('are those that the client knows', async () => {
    const stranger = new OpenAI({ baseURL: platform.baseURL, apiKey: 'sk-wrong', maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toThrow(AuthenticationError);
    await expect(client.models.retrieve('none')).rejects.toThrow(NotFoundError);
    await expect(client.chat.completions.create({ model: 'none', messages })).rejects.toThrow(NotFoundError);
    await expect(client.chat.completions.create({ model: 'chat', messages: [] })).rejects.toThrow(
      BadRequestError,
    );
    await expect(client.embeddings.create({ model: 'chat', input: 'x' })).rejects.toMatchObject({
      code: 'unsupported_operation',
    });
  });

  it('tell of a body that is too large, from the platform itself', async () => {
    const content = 'x'.repeat(21 * 1024 * 1024);
    await expect(
      client.chat.completions.create({ model: 'chat', messages: [{ role: 'user', content }] }),
    ).rejects.toMatchObject({ status: 413, code: 'request_too_large' });
    expect(upstream.requests).toHaveLength(0);
  });

  it('have all four keys and the request id, on every path', async () => {
    const replies = await Promise.all([
      fetch(`${platform.baseURL}/chat/completions`, { method: 'POST', body: '{' }),
      fetch(`${platform.baseURL}/chat/completions`, {
        method: 'POST',
        body: '{',
        headers: { authorization: `Bearer ${platform.apiKey}`, 'x-request-id': 'trace-1' },
      }),
      fetch(`${platform.baseURL}/nothing`),
      fetch(`${platform.runtime.url}/`),
    ]);
    for (const reply of replies) {
      const { error } = (await reply.json()) as { error: object };
      expect(Object.keys(error).sort()).toEqual(['code', 'message', 'param', 'type']);
      expect(reply.headers.get('x-request-id')).toBeTruthy();
    }
    expect(replies[1]?.headers.get('x-request-id')).toBe('trace-1');
  });
});

describe('the service itself', () => {
  it('tells its health and its API without a key', async () => {
    expect(await (await fetch(`${platform.runtime.url}/healthz`)).json()).toEqual({ status: 'ok' });
    const document = (await (await fetch(`${platform.runtime.url}/openapi.json`)).json()) as {
      openapi: string;
    };
    expect(document.openapi).toBe('3.1.0');
  });

  it('answers many at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => client.chat.completions.create({ model: 'chat', messages })),
    );
    expect(new Set(answers.map(({ choices }) => choices[0]?.message.content))).toEqual(new Set([answerText]));
  });
});
