import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { configurationSchema } from '../../../../lib/config/schema.ts';
import { createProvider, createRouter, RoutingError } from '../../../../lib/models/index.ts';
import { answerText, type FaultUpstream, startFaultUpstream } from '../../../support/fault-upstream/index.ts';

let upstream: FaultUpstream;
beforeAll(async () => {
  upstream = await startFaultUpstream({
    firstTokenDelayMs: 5_000,
    stallMs: 5_000,
    byteDelayMs: 20,
    retryAfterSeconds: 0.05,
  });
});
beforeEach(() => upstream.reset());
afterAll(() => upstream.stop());

/** Routes one request over a target with a fault and a healthy one, with the real provider between them. */
async function routeOver(fault: string, stream: boolean) {
  const configuration = configurationSchema.parse({
    providers: {
      faulty: { kind: 'openai', baseUrl: upstream.url },
      healthy: { kind: 'openai', baseUrl: upstream.url },
    },
    models: {
      chat: {
        targets: [
          { provider: 'faulty', model: `fault:${fault}` },
          { provider: 'healthy', model: 'good' },
        ],
      },
    },
    timeouts: { connectMs: 2_000, firstTokenMs: 300, idleMs: 300, totalMs: 1_000 },
    retries: { baseDelayMs: 1, maxDelayMs: 5 },
  });
  const router = createRouter({
    configuration,
    providers: (name) => createProvider(name, configuration),
    keys: async () => [],
    freshKeys: async () => [],
    // A wait of almost nothing would be over before the next target is chosen.
    random: () => 0.5,
  });
  const request = {
    alias: 'chat',
    operation: 'chat',
    body: { messages: [] },
    stream,
    signal: new AbortController().signal,
  } as const;
  try {
    const { answer, attempts } = await router.route(request);
    const outcome = { attempts, text: '', error: undefined as string | undefined };
    if (answer.kind === 'json') outcome.text = answer.text();
    else {
      try {
        for await (const event of answer.events) outcome.text += event.text;
      } catch (error) {
        outcome.error = String(error);
      }
    }
    return { ...outcome, path: attempts.map(({ provider, outcome: end }) => `${provider} ${end}`) };
  } catch (error) {
    if (!(error instanceof RoutingError)) throw error;
    const path = error.attempts.map(({ provider, outcome }) => `${provider} ${outcome}`);
    return { path, text: '', error: error.last.errorClass };
  }
}

const twice = (outcome: string) => [`faulty ${outcome}`, `faulty ${outcome}`, 'healthy ok'];

describe('before the first content, a fault does not reach the caller', () => {
  it.each([
    ['429', ['faulty rate_limit', 'healthy ok']],
    ['429-no-retry-after', ['faulty rate_limit', 'healthy ok']],
    ['500-once', ['faulty server', 'faulty ok']],
    ['503', twice('server')],
    ['flapping', ['faulty server', 'faulty ok']],
    ['reset-before-headers', twice('network')],
    ['reset-after-headers', twice('cut')],
    ['no-response', twice('timeout')],
    ['slow-first-token', twice('timeout')],
    ['slow-loris', twice('timeout')],
    ['wrong-content-type', twice('malformed')],
    ['401', ['faulty authentication', 'healthy ok']],
    ['404', ['faulty not_found', 'healthy ok']],
  ])('%s, streamed or not', async (fault, path) => {
    for (const stream of [false, true]) {
      upstream.reset();
      expect(await routeOver(fault, stream)).toMatchObject({ path, text: answerText, error: undefined });
      expect(upstream.requests).toHaveLength(path.length);
    }
  });
});

describe("the caller's own faults reach the caller, after one attempt", () => {
  it.each([
    ['context-length', 'context_length'],
    ['content-filter', 'content_filter'],
    ['bad-request', 'invalid_request'],
  ])('%s', async (fault, errorClass) => {
    for (const stream of [false, true]) {
      expect(await routeOver(fault, stream)).toMatchObject({
        path: [`faulty ${errorClass}`],
        error: errorClass,
      });
    }
  });
});

describe('after the first content nothing switches', () => {
  it.each([
    ['stall', 'timeout'],
    ['cut', 'cut'],
    ['reset-mid-answer', 'cut'],
    ['malformed-chunk', 'malformed'],
    ['error-in-stream', 'server'],
  ])('%s ends the stream with an error', async (fault, errorClass) => {
    const { path, text, error } = await routeOver(fault, true);
    expect(path).toEqual([`faulty ${errorClass}`]);
    expect(answerText.startsWith(text) && text !== '' && text !== answerText).toBe(true);
    expect(error).toContain('UpstreamError');
    expect(upstream.requests).toHaveLength(1);
  });
});
