import type OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answerText, type FaultUpstream, startFaultUpstream } from '../support/fault-upstream/index.ts';
import { startTestRuntime, type TestRuntime } from './support/start-test-runtime.ts';

/** What the caller gets: the whole answer, an error status, or a stream that breaks with an error in band. */
type Seen = 'answer' | { readonly status: number; readonly code: string } | { readonly brokenWith: string };

interface Fault {
  /** The upstream's behaviour; it also names the alias. */
  readonly name: string;
  readonly whole: Seen;
  readonly streamed: Seen;
  /** Outcomes of the attempts: of a whole answer, and of a stream where that differs. */
  readonly attempts: readonly string[];
  readonly streamedAttempts?: readonly string[];
  /** Where a second target stands behind the first: the provider that answered. */
  readonly answeredBy?: string;
}

const upstreamDown: Seen = { status: 502, code: 'upstream_error' };

/** Each fault with one target only, so that what is seen is the fault and not the fallback. */
const alone: readonly Fault[] = [
  { name: '429-once', whole: 'answer', streamed: 'answer', attempts: ['rate_limit', 'ok'] },
  {
    name: '429',
    whole: { status: 429, code: 'rate_limit_exceeded' },
    streamed: { status: 429, code: 'rate_limit_exceeded' },
    attempts: ['rate_limit', 'rate_limit', 'rate_limit'],
  },
  { name: '429-no-retry-after-once', whole: 'answer', streamed: 'answer', attempts: ['rate_limit', 'ok'] },
  { name: '500-once', whole: 'answer', streamed: 'answer', attempts: ['server', 'ok'] },
  { name: '503', whole: upstreamDown, streamed: upstreamDown, attempts: ['server', 'server', 'server'] },
  { name: 'reset-before-headers-once', whole: 'answer', streamed: 'answer', attempts: ['network', 'ok'] },
  { name: 'reset-after-headers-once', whole: 'answer', streamed: 'answer', attempts: ['cut', 'ok'] },
  {
    name: 'no-response',
    whole: { status: 504, code: 'upstream_timeout' },
    streamed: { status: 504, code: 'upstream_timeout' },
    attempts: ['timeout', 'timeout', 'timeout'],
  },
  {
    name: 'slow-first-token',
    whole: { status: 504, code: 'upstream_timeout' },
    streamed: { status: 504, code: 'upstream_timeout' },
    attempts: ['timeout', 'timeout', 'timeout'],
  },
  {
    name: 'stall',
    whole: { status: 504, code: 'upstream_timeout' },
    streamed: { brokenWith: 'upstream_timeout' },
    attempts: ['timeout', 'timeout', 'timeout'],
    streamedAttempts: ['timeout'],
  },
  {
    name: 'cut',
    whole: { status: 502, code: 'upstream_malformed' },
    streamed: { brokenWith: 'upstream_cut' },
    attempts: ['malformed', 'malformed', 'malformed'],
    streamedAttempts: ['cut'],
  },
  {
    name: 'malformed-chunk',
    whole: { status: 502, code: 'upstream_malformed' },
    streamed: { brokenWith: 'upstream_malformed' },
    attempts: ['malformed', 'malformed', 'malformed'],
    streamedAttempts: ['malformed'],
  },
  {
    name: 'error-in-stream',
    whole: { status: 502, code: 'upstream_malformed' },
    streamed: { brokenWith: 'upstream_error' },
    attempts: ['malformed', 'malformed', 'malformed'],
    streamedAttempts: ['server'],
  },
  { name: 'split-bytes', whole: 'answer', streamed: 'answer', attempts: ['ok'] },
  { name: 'crlf-lines', whole: 'answer', streamed: 'answer', attempts: ['ok'] },
  { name: 'no-done', whole: 'answer', streamed: 'answer', attempts: ['ok'] },
  {
    name: 'context-length',
    whole: { status: 400, code: 'context_length_exceeded' },
    streamed: { status: 400, code: 'context_length_exceeded' },
    attempts: ['context_length'],
  },
  {
    name: 'content-filter',
    whole: { status: 400, code: 'content_filter' },
    streamed: { status: 400, code: 'content_filter' },
    attempts: ['content_filter'],
  },
  {
    name: 'bad-request',
    whole: { status: 400, code: 'invalid_value' },
    streamed: { status: 400, code: 'invalid_value' },
    attempts: ['invalid_request'],
  },
  { name: 'flapping', whole: 'answer', streamed: 'answer', attempts: ['server', 'ok'] },
  {
    name: 'wrong-content-type',
    whole: { status: 502, code: 'upstream_malformed' },
    streamed: { status: 502, code: 'upstream_malformed' },
    attempts: ['malformed', 'malformed', 'malformed'],
  },
  {
    name: 'slow-loris',
    whole: { status: 504, code: 'upstream_timeout' },
    streamed: { status: 504, code: 'upstream_timeout' },
    attempts: ['timeout', 'timeout', 'timeout'],
  },
];

/** The same with a second provider behind the first. */
const withBackup: readonly string[] = [
  '429',
  '503',
  'reset-before-headers',
  'reset-after-headers',
  'no-response',
  'slow-first-token',
  'wrong-content-type',
  '401',
  'quota',
  '404',
];

const price = { inputPerMillionUsd: 10, outputPerMillionUsd: 20 };
let upstream: FaultUpstream;
let platform: TestRuntime;

beforeAll(async () => {
  upstream = await startFaultUpstream({
    firstTokenDelayMs: 2_000,
    stallMs: 2_000,
    byteDelayMs: 40,
    retryAfterSeconds: 0.05,
  });
  const names = [...new Set([...alone.map(({ name }) => name), ...withBackup])];
  platform = await startTestRuntime(
    {
      providers: {
        primary: { kind: 'openai', baseUrl: upstream.url, apiKeys: ['E2E_KEY_ONE', 'E2E_KEY_TWO'] },
        backup: { kind: 'openai', baseUrl: upstream.url },
        closed: { kind: 'openai', baseUrl: 'http://127.0.0.1:9/v1' },
        // Dead keys are remembered, so each test of them has a provider of its own.
        'dead-whole': { kind: 'openai', baseUrl: upstream.url, apiKeys: ['E2E_WHOLE_ONE', 'E2E_WHOLE_TWO'] },
        'dead-streamed': {
          kind: 'openai',
          baseUrl: upstream.url,
          apiKeys: ['E2E_STREAMED_ONE', 'E2E_STREAMED_TWO'],
        },
      },
      models: {
        ...Object.fromEntries(
          names.flatMap((name) => [
            [name, { targets: [{ provider: 'primary', model: `fault:${name}`, price }] }],
            [
              `${name}/backup`,
              {
                targets: [
                  { provider: 'primary', model: `fault:${name}`, price },
                  { provider: 'backup', model: 'ok-backup', price },
                ],
              },
            ],
          ]),
        ),
        'dead-whole': { targets: [{ provider: 'dead-whole', model: 'fault:401' }] },
        'dead-streamed': { targets: [{ provider: 'dead-streamed', model: 'fault:401' }] },
        refused: { targets: [{ provider: 'closed', model: 'any' }] },
        short: {
          targets: [{ provider: 'primary', model: 'fault:context-length', price }],
          largerModel: 'long',
        },
        long: { targets: [{ provider: 'backup', model: 'ok-long', price }] },
        unpriced: { targets: [{ provider: 'backup', model: 'ok-unpriced' }] },
      },
      timeouts: { connectMs: 500, firstTokenMs: 250, idleMs: 250, totalMs: 3_000 },
      retries: { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 5, retryAfterCapMs: 1_000, budgetFloor: 1_000 },
      circuitBreaker: { failureThreshold: 1_000 },
      limits: { requestsPerMinute: 100_000, tokensPerMinute: 100_000_000 },
    },
    {
      E2E_KEY_ONE: 'sk-one',
      E2E_KEY_TWO: 'sk-two',
      E2E_WHOLE_ONE: 'sk-whole-one',
      E2E_WHOLE_TWO: 'sk-whole-two',
      E2E_STREAMED_ONE: 'sk-streamed-one',
      E2E_STREAMED_TWO: 'sk-streamed-two',
    },
  );
});

afterAll(async () => {
  await platform?.stop();
  await upstream?.stop();
});

beforeEach(() => upstream.reset());

interface Observation {
  readonly seen: Seen;
  readonly requestId: string | null;
}

async function observe(model: string, stream: boolean): Promise<Observation> {
  const response = await fetch(`${platform.baseURL}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${platform.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'Say something.' }] }),
  });
  const text = await response.text();
  const requestId = response.headers.get('x-openclaw-request-id');
  if (response.status !== 200) {
    return { seen: { status: response.status, code: JSON.parse(text).error.code }, requestId };
  }
  if (!stream) {
    expect(JSON.parse(text).choices[0].message.content).toBe(answerText);
    return { seen: 'answer', requestId };
  }
  const events = text
    .split('\n\n')
    .filter((event) => event.startsWith('data: '))
    .map((event) => event.slice('data: '.length));
  const last = events.at(-1) ?? '';
  if (last !== '[DONE]') return { seen: { brokenWith: JSON.parse(last).error.code }, requestId };
  const chunks = events.slice(0, -1).map((event) => JSON.parse(event) as OpenAI.ChatCompletionChunk);
  expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(answerText);
  return { seen: 'answer', requestId };
}

function outcomesOf(record: Record<string, unknown> | undefined): string[] {
  const attempts = (record?.attempts ?? []) as { readonly outcome: string }[];
  return attempts.map(({ outcome }) => outcome);
}

describe.each([
  ['whole', false],
  ['streamed', true],
] as const)('an upstream that fails, asked for a %s answer:', (kind, stream) => {
  it.each(alone.map((fault) => [fault.name, fault] as const))('%s', async (name, fault) => {
    const { seen, requestId } = await observe(name, stream);
    const expected = fault[kind];
    expect(seen).toEqual(expected);
    const [, outcome] = await platform.records(requestId);
    expect(outcomesOf(outcome)).toEqual((stream && fault.streamedAttempts) || fault.attempts);
    if (expected === 'answer') {
      expect(outcome).toMatchObject({
        status: 200,
        costMicroUsd: 400,
        usage: { inputTokens: 20, outputTokens: 10 },
      });
    } else if ('brokenWith' in expected) {
      // Half of the answer went out: it is counted and billed, at less than the whole.
      expect(outcome).toMatchObject({ status: 200, cutBy: 'upstream', errorCode: expected.brokenWith });
      expect(outcome?.usage).toMatchObject({ estimated: true });
      expect(outcome?.costMicroUsd).toBeGreaterThan(0);
    } else {
      expect(outcome).toMatchObject({
        ...{ status: expected.status },
        errorCode: expected.code,
        costMicroUsd: 0,
        usage: null,
      });
    }
  });

  it.each(withBackup)('%s, with a second target behind it, which answers', async (name) => {
    const { seen, requestId } = await observe(`${name}/backup`, stream);
    expect(seen).toBe('answer');
    const [, outcome] = await platform.records(requestId);
    expect(outcome).toMatchObject({ provider: 'backup', model: 'ok-backup', costMicroUsd: 400 });
    expect(outcomesOf(outcome).at(-1)).toBe('ok');
  });

  it('a closed port', async () => {
    const { seen } = await observe('refused', stream);
    expect(seen).toEqual({ status: 502, code: 'upstream_unreachable' });
  });

  it('a request too long, with a larger model', async () => {
    const { seen, requestId } = await observe('short', stream);
    expect(seen).toBe('answer');
    const [, outcome] = await platform.records(requestId);
    expect(outcome).toMatchObject({ alias: 'short', provider: 'backup', model: 'ok-long' });
  });
});

describe('keys of a provider', () => {
  it.each([
    ['whole', false],
    ['streamed', true],
  ] as const)('are tried in order, at once, and then remembered as dead (%s)', async (kind, stream) => {
    const { seen, requestId } = await observe(`dead-${kind}`, stream);
    expect(seen).toEqual({ status: 502, code: 'upstream_authentication_failed' });
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer sk-${kind}-one`,
      `Bearer sk-${kind}-two`,
    ]);
    const [, outcome] = await platform.records(requestId);
    expect(outcome?.attempts).toMatchObject([
      { outcome: 'authentication', keyIndex: 0, status: 401 },
      { outcome: 'authentication', keyIndex: 1, status: 401 },
    ]);
    await observe(`dead-${kind}`, stream);
    expect(upstream.requests).toHaveLength(3);
  });

  it('and the prompt never appear in an error', async () => {
    const response = await fetch(`${platform.baseURL}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${platform.apiKey}` },
      body: JSON.stringify({ model: 'dead-whole', messages: [{ role: 'user', content: 'hunter2' }] }),
    });
    const text = (await response.text()) + JSON.stringify(Object.fromEntries(response.headers));
    for (const secret of ['sk-whole', 'hunter2', platform.apiKey]) expect(text).not.toContain(secret);
  });
});

describe('an unknown price', () => {
  it('is null, not 0', async () => {
    const { requestId } = await observe('unpriced', false);
    const [, outcome] = await platform.records(requestId);
    expect(outcome).toMatchObject({ costMicroUsd: null, usage: { inputTokens: 20 } });
  });
});

describe('a refused key', () => {
  it('LiteLLM 31620, 33150: is recorded with the address it came from, never with the key', async () => {
    const secret = 'b'.repeat(40);
    const response = await fetch(`${platform.baseURL}/models`, {
      headers: { authorization: `Bearer oc_dev_${'a'.repeat(12)}_${secret}` },
    });
    expect(response.status).toBe(401);
    const [record] = await platform.records(response.headers.get('x-openclaw-request-id'), 1, 'platform');
    expect(record).toMatchObject({ reason: 'unknown', sourceIp: '127.0.0.1', keyId: 'a'.repeat(12) });
    expect(JSON.stringify(record)).not.toContain(secret);
  });
});
