import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GuardReport, type OutputGuard } from '../../../lib/gateway/steps/guard-output.ts';
import { guardStream } from '../../../lib/gateway/stream/guard-stream.ts';
import type { FinishReason, Guardrail, StreamEvent } from '../../../lib/plugin/index.ts';
import { createPiiGuardrail } from '../../../lib/policy/guardrails/pii/index.ts';
import { createRulesGuardrail } from '../../../lib/policy/guardrails/rules/index.ts';
import { type ActiveGuardrail, createRestorer, Placeholders } from '../../../lib/policy/index.ts';
import { activeGuardrail } from './support/active-guardrail.ts';

const pii = activeGuardrail(await createPiiGuardrail(), { id: 'pii', kind: 'pii' });
const rules = (options: Parameters<typeof createRulesGuardrail>[0]) =>
  activeGuardrail(createRulesGuardrail(options), { id: 'rules' });

function guardOf(...active: readonly ActiveGuardrail[]): OutputGuard {
  const { signal } = new AbortController();
  return { active, placeholders: new Placeholders(), signal, report: new GuardReport() };
}

interface Chunk {
  readonly id?: string;
  readonly choices: readonly {
    readonly index: number;
    // biome-ignore lint/suspicious/noExplicitAny: what a test reads of a chunk, it asserts.
    readonly delta: any;
    readonly logprobs?: unknown;
    readonly finish_reason?: string | null;
  }[];
}

function event(chunk: Chunk, text: string, finishReason?: FinishReason): StreamEvent {
  return {
    bytes: Buffer.from(`data: ${JSON.stringify({ id: 'chatcmpl-1', model: 'm', created: 1, ...chunk })}\n\n`),
    hasContent: text !== '',
    text,
    usageOnly: false,
    ...(finishReason && { finishReason }),
  };
}

const said = (content: string, index = 0) => event({ choices: [{ index, delta: { content } }] }, content);
const stop = (index = 0) => event({ choices: [{ index, delta: {}, finish_reason: 'stop' }] }, '', 'stop');

async function* stream(...events: readonly StreamEvent[]) {
  yield* events;
}

const spoken = (...parts: readonly string[]) => stream(...parts.map((part) => said(part)), stop());

async function collect(events: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  return Array.fromAsync(events);
}

const chunkOf = ({ bytes }: StreamEvent) => JSON.parse(Buffer.from(bytes).toString().slice(6)) as Chunk;

function contentOf(events: readonly StreamEvent[], index = 0): string {
  return events
    .flatMap((one) => chunkOf(one).choices.filter((choice) => choice.index === index))
    .map(({ delta }) => delta.content ?? '')
    .join('');
}

/** All ways to cut a text into three parts, and into single characters. */
function* splits(text: string): Iterable<readonly string[]> {
  yield [...text];
  for (let first = 0; first <= text.length; first += 1) {
    for (let second = first; second <= text.length; second += 1) {
      yield [text.slice(0, first), text.slice(first, second), text.slice(second)];
    }
  }
}

describe('a secret in a streamed answer', () => {
  it.each([
    ['an e-mail address', 'Write to anna.b@example.com today.', 'Write to [EMAIL_1] today.'],
    ['a card in groups', 'Pay with 4111 1111 1111 1111 please', 'Pay with [CREDIT_CARD_1] please'],
    ['an IBAN in groups', 'To GB82 WEST 1234 5698 7654 32 now', 'To [IBAN_1] now'],
    ['an IBAN in lower case', 'to gb82 west 1234 5698 7654 32 now', 'to [IBAN_1] now'],
    ['a phone number', 'Call (415) 555-2671 or wait', 'Call [PHONE_1] or wait'],
    ['one at the very end', 'My number: 460-89-9847', 'My number: [US_SSN_1]'],
    ['two of them', 'a@b.io and c@d.io', '[EMAIL_1] and [EMAIL_2]'],
    ['the same one twice', 'a@b.io or a@b.io', '[EMAIL_1] or [EMAIL_1]'],
    ['a key', 'Use AKIAIOSFODNN7EXAMPLE!', 'Use [SECRET_1]!'],
  ])('never leaves, however the chunks are cut: %s', async (_name, text, expected) => {
    for (const parts of splits(text)) {
      const events = await collect(guardStream(spoken(...parts), guardOf(pii)));
      expect({ parts, content: contentOf(events) }).toEqual({ parts, content: expected });
    }
  });

  it('never leaves: a private key over many lines', async () => {
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${'QUJD\n'.repeat(60)}-----END RSA PRIVATE KEY-----`;
    for (const size of [1, 3, 7, 50, 400]) {
      const text = `Here:\n${key}\nDone.`;
      const parts = text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
      const events = await collect(guardStream(spoken(...parts), guardOf(pii)));
      expect(contentOf(events)).toBe('Here:\n[SECRET_1]\nDone.');
    }
  });

  it('LiteLLM 35257: an output guardrail runs on streams too, and the record says so', async () => {
    const guard = guardOf(pii);
    await collect(guardStream(spoken('a@', 'b.io'), guard));
    expect(guard.report.findings).toEqual([
      { guardrailId: 'pii', category: 'email', verdict: 'redact', count: 1 },
    ]);
    expect(guard.report.runs).toMatchObject([{ guardrailId: 'pii', stage: 'output', status: 'checked' }]);
  });

  it('leaves no byte in what was written for its log probabilities', async () => {
    const logprobs = { content: [{ token: 'a@b.io', logprob: 0, bytes: [], top_logprobs: [] }] };
    const chunk = event({ choices: [{ index: 0, delta: { content: 'a@b.io' }, logprobs }] }, 'a@b.io');
    const events = await collect(guardStream(stream(chunk, stop()), guardOf(pii)));
    expect(Buffer.concat(events.map(({ bytes }) => bytes)).toString()).not.toContain('a@b.io');
  });

  it('is found in each choice by itself', async () => {
    const events = await collect(
      guardStream(
        stream(said('a@', 0), said('all ', 1), said('b.io', 0), said('fine', 1), stop(0), stop(1)),
        guardOf(pii),
      ),
    );
    expect([contentOf(events, 0), contentOf(events, 1)]).toEqual(['[EMAIL_1]', 'all fine']);
  });

  it('is found in what a model refuses, thinks and says aloud', async () => {
    const deltas = [
      { refusal: 'a@b.io' },
      { reasoning_content: 'c@d.io' },
      { audio: { transcript: 'e@f.io' } },
    ];
    const events = deltas.map((delta) => event({ choices: [{ index: 0, delta }] }, 'text'));
    const guarded = await collect(guardStream(stream(...events, stop()), guardOf(pii)));
    expect(guarded.slice(0, 3).map((one) => chunkOf(one).choices[0]?.delta)).toEqual([
      { refusal: '[EMAIL_1]' },
      { reasoning_content: '[EMAIL_2]' },
      { audio: { transcript: '[EMAIL_3]' } },
    ]);
  });
});

describe('the arguments of a tool', () => {
  const called = (args: string, index = 0) =>
    event(
      { choices: [{ index: 0, delta: { tool_calls: [{ index, function: { arguments: args } }] } }] },
      args,
    );
  const argumentsOf = (events: readonly StreamEvent[]) =>
    events.map((one) => chunkOf(one).choices[0]?.delta.tool_calls?.[0].function.arguments ?? '').join('');

  it('stay JSON, however the chunks are cut: in a text, and as a number', async () => {
    const json = '{"to":"a@b.io","note":"\\"x\\"","card":4111111111111111,"n":1}';
    for (const parts of splits(json)) {
      const events = await collect(
        guardStream(stream(...parts.map((part) => called(part)), stop()), guardOf(pii)),
      );
      expect(JSON.parse(argumentsOf(events))).toEqual({
        to: '[EMAIL_1]',
        note: '"x"',
        card: '[CREDIT_CARD_1]',
        n: 1,
      });
    }
  });

  it('get originals back that have quotes in them', async () => {
    const restorer = createRestorer(new Map([['[WORD_1]', 'say "hi"\n']]));
    for (const parts of splits('{"text":"[WORD_1]!"}')) {
      const events = await collect(
        guardStream(stream(...parts.map((part) => called(part)), stop()), guardOf(restorer)),
      );
      expect(JSON.parse(argumentsOf(events))).toEqual({ text: 'say "hi"\n!' });
    }
  });
});

describe('a placeholder in a streamed answer', () => {
  it('becomes the original again, however it is cut; what only looks like one stays', async () => {
    const restorer = createRestorer(new Map([['[EMAIL_1]', 'anna@example.com']]));
    for (const parts of splits('Dear [EMAIL_1], see [1] and [EMAIL_2].')) {
      const guard = guardOf(restorer);
      const events = await collect(guardStream(spoken(...parts), guard));
      expect(contentOf(events)).toBe('Dear anna@example.com, see [1] and [EMAIL_2].');
      expect([guard.report.findings, guard.report.runs]).toEqual([[], []]);
    }
  });
});

describe('an answer that may not go on', () => {
  const blocking = () => rules({ words: [{ word: 'project falcon', category: 'secret-project' }] });

  it('ends in band with the finish reason content_filter; no byte of the match has left', async () => {
    for (const parts of splits('All about Project Falcon and more')) {
      const guard = guardOf(blocking());
      const events = await collect(guardStream(spoken(...parts), guard));
      const last = events.at(-1);
      expect(last?.finishReason).toBe('content_filter');
      expect(last && chunkOf(last)).toMatchObject({
        id: 'chatcmpl-1',
        choices: [{ index: 0, delta: {}, finish_reason: 'content_filter' }],
      });
      expect('All about Project Falcon'.startsWith(contentOf(events))).toBe(true);
      expect(contentOf(events)).not.toMatch(/p/i);
      expect(guard.report.verdict).toBe('block');
    }
  });

  it('leaves the upstream at once', async () => {
    let left = false;
    async function* endless() {
      try {
        for (let count = 0; ; count += 1) yield said(count === 3 ? 'project falcon. ' : 'word '.repeat(100));
      } finally {
        left = true;
      }
    }
    await collect(guardStream(endless(), guardOf(blocking())));
    expect(left).toBe(true);
  });

  it('ends every choice that has not ended', async () => {
    const events = await collect(
      guardStream(
        stream(said('fine', 0), stop(0), said('so so', 1), said('project falcon', 2), stop(2), stop(1)),
        guardOf(blocking()),
      ),
    );
    const reasons = events.flatMap((one) => chunkOf(one).choices.map((c) => [c.index, c.finish_reason]));
    expect(reasons.filter(([, reason]) => reason)).toEqual([
      [0, 'stop'],
      [1, 'content_filter'],
      [2, 'content_filter'],
    ]);
  });

  it('ends with an error where a guardrail fails and nothing unchecked may pass', async () => {
    const failing = activeGuardrail({
      streamed: { holdBack: 0, every: 1 },
      check: () => {
        throw new Error('broken');
      },
    });
    const guarded = collect(guardStream(spoken('hello'), guardOf(failing)));
    await expect(guarded).rejects.toMatchObject({ status: 503, code: 'guardrail_unavailable' });
  });

  it('goes on where the tenant wants unchecked text to pass, and the record says that it was not checked', async () => {
    const guard = guardOf(
      activeGuardrail({ check: () => Promise.reject(new Error('down')) }, { onFailure: 'open' }),
    );
    expect(contentOf(await collect(guardStream(spoken('hel', 'lo'), guard)))).toBe('hello');
    expect(guard.report.runs).toMatchObject([{ status: 'failed', onFailure: 'open' }]);
  });
});

describe('what is held back', () => {
  it('is one word for personal data, so that the first of a long answer leaves at once', async () => {
    const seen: string[] = [];
    async function* slow() {
      for (const part of ['The ', 'quick ', 'brown ', 'fox ']) {
        yield said(part);
        seen.push(`${part.trim()} sent`);
      }
      yield stop();
    }
    for await (const one of guardStream(slow(), guardOf(pii))) {
      const content = contentOf([one]).trim();
      if (content) seen.push(`${content} left`);
    }
    expect(seen.indexOf('The left')).toBeLessThan(seen.indexOf('quick sent'));
  });

  it('is as many words as the longest phrase has, where only words are looked for', async () => {
    const words = rules({ words: [{ word: 'project falcon' }] });
    const guard = guardOf(words);
    const left: string[] = [];
    let sent = '';
    async function* slow() {
      for (const part of ['one ', 'two ', 'three ', 'four ', 'five ']) {
        sent += part;
        yield said(part);
      }
    }
    for await (const one of guardStream(slow(), guard))
      left.push(`${contentOf([one]).trim()} after ${sent.trim()}`);
    expect(left[0]).toBe('one after one two three');
  });

  it('waits for guardrails that check in pieces, and for those that want the whole', async () => {
    const asked: number[] = [];
    const pieces: Guardrail = {
      streamed: { holdBack: 10, every: 40 },
      check: async ({ texts }) => {
        asked.push(texts[0]?.length ?? 0);
        return [];
      },
    };
    const events = await collect(
      guardStream(spoken(...'0123456789'.repeat(10)), guardOf(activeGuardrail(pieces))),
    );
    expect(contentOf(events)).toBe('0123456789'.repeat(10));
    expect(asked).toEqual([40, 80, 100]);
    let whole = 0;
    const once: Guardrail = {
      check: () => {
        whole += 1;
        return [{ category: 'tone', verdict: 'block' }];
      },
    };
    const blocked = await collect(guardStream(spoken('a', 'b', 'c'), guardOf(activeGuardrail(once))));
    expect([whole, contentOf(blocked)]).toEqual([1, '']);
  });

  it('leaves when the upstream breaks off, and the break is told', async () => {
    async function* cut() {
      yield said('so far a@b.i');
      yield said('o');
      throw new Error('cut');
    }
    const events: StreamEvent[] = [];
    const reading = (async () => {
      for await (const one of guardStream(cut(), guardOf(pii))) events.push(one);
    })();
    await expect(reading).rejects.toThrow('cut');
    expect(contentOf(events)).toBe('so far [EMAIL_1]');
  });
});

describe('an answer in which nothing is found', () => {
  const active = [
    pii,
    rules({ words: [{ word: 'zzzz' }], patterns: [{ pattern: 'q{3,9}x' }] }),
    createRestorer(new Map([['[EMAIL_1]', 'x']])),
  ];

  it('is the very bytes that came, in their order', async () => {
    const text = fc.array(
      fc.oneof(fc.lorem({ maxCount: 3 }), fc.constantFrom(' ', '\n', '[', '日本', '👩‍💻', '1', '@')),
      {
        maxLength: 30,
      },
    );
    await fc.assert(
      fc.asyncProperty(text, async (parts) => {
        const events = [...parts.map((part) => said(part)), stop()];
        const guarded = await collect(guardStream(stream(...events), guardOf(...active)));
        expect(guarded).toEqual(events);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps a pair of surrogates whole that two chunks share', async () => {
    const [high, low] = ['\ud83d', '\ude00'];
    const guarded = await collect(guardStream(spoken(`a ${high}`, `${low} b`), guardOf(pii)));
    expect(contentOf(guarded)).toBe('a 😀 b');
  });

  it('keeps events without text in their place', async () => {
    const role = event({ choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] }, '');
    const usage: StreamEvent = { ...event({ choices: [] }, ''), usageOnly: true };
    const events = [role, said('hello '), said('wor'), stop(), usage];
    expect(await collect(guardStream(stream(...events), guardOf(pii)))).toEqual(events);
  });
});

describe('a stream and the whole answer', () => {
  it('are redacted alike, however it is cut', async () => {
    const piece = fc.constantFrom(
      'a@b.io',
      'call ',
      ' ',
      '4111 1111 1111 1111',
      '4111111111111111',
      'GB82 WEST 1234 5698 7654 32',
      '(415) 555-2671',
      '.',
      ',',
      '460-89-9847',
      'word',
      '12',
      'at 10.1.2.3 ',
    );
    const texts = fc.array(piece, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''));
    const cuts = fc.array(fc.nat({ max: 80 }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(texts, cuts, async (text, at) => {
        const places = [...new Set([0, ...at.filter((one) => one < text.length), text.length])].toSorted(
          (a, b) => a - b,
        );
        const parts = places.slice(1).map((end, index) => text.slice(places[index], end));
        const streamed = contentOf(await collect(guardStream(spoken(...parts), guardOf(pii))));
        const whole = contentOf(await collect(guardStream(spoken(text), guardOf(pii))));
        expect(streamed).toBe(whole);
      }),
      { numRuns: 500 },
    );
  });
});
