import { describe, expect, it } from 'vitest';
import { createExtractProvider } from '../../../../../lib/models/providers/openclaw-extract/index.ts';
import type { JsonObject, ModelCall, StreamEvent } from '../../../../../lib/plugin/index.ts';

const provider = createExtractProvider();

function call(body: JsonObject, stream: boolean, signal = new AbortController().signal): ModelCall {
  const timeouts = { connectMs: 1, firstTokenMs: 1, idleMs: 1, totalMs: 1 };
  return { operation: 'chat', model: 'openclaw-extract', body, stream, timeouts, signal };
}

async function ask(messages: readonly object[], extra: JsonObject = {}) {
  const answer = await provider.call(call({ model: 'openclaw-extract', messages, ...extra }, false));
  if (answer.kind !== 'json') throw new Error('not whole');
  return JSON.parse(Buffer.from(answer.bytes).toString());
}

const said = async (messages: readonly object[], extra: JsonObject = {}): Promise<string> =>
  (await ask(messages, extra)).choices[0].message.content;

async function streamed(messages: readonly object[], extra: JsonObject = {}): Promise<StreamEvent[]> {
  const answer = await provider.call(
    call({ model: 'openclaw-extract', messages, stream: true, ...extra }, true),
  );
  if (answer.kind !== 'stream') throw new Error('not streamed');
  return await Array.fromAsync(answer.events);
}

const shop = {
  role: 'system',
  content: 'Refunds are possible within 30 days. Shipping takes two to five days.',
};

describe('openclaw-extract', () => {
  it.each([
    [
      'a system message',
      [shop, { role: 'user', content: 'How long does shipping take?' }],
      'Shipping takes two to five days.',
    ],
    [
      'the plural of what is asked',
      [shop, { role: 'user', content: 'When is a refund possible?' }],
      'Refunds are possible within 30 days.',
    ],
    [
      'the question’s own message',
      [{ role: 'user', content: 'Grass is green. The sky is blue. What colour is grass?' }],
      'Grass is green.',
    ],
    [
      'an earlier message',
      [
        { role: 'user', content: 'My dog is called Rex.' },
        { role: 'assistant', content: 'Noted.' },
        { role: 'user', content: 'What is my dog called?' },
      ],
      'My dog is called Rex.',
    ],
    [
      'a tool’s result',
      [
        { role: 'user', content: 'hi' },
        { role: 'tool', tool_call_id: '1', content: 'Berlin: 21 degrees' },
        { role: 'user', content: 'How warm is it in Berlin?' },
      ],
      'Berlin: 21 degrees',
    ],
    [
      'Japanese',
      [{ role: 'user', content: '東京は日本の首都です。富士山は高い山です。日本の首都はどこですか？' }],
      '東京は日本の首都です。',
    ],
    [
      'Arabic',
      [{ role: 'user', content: 'عاصمة فرنسا هي باريس. النيل نهر طويل. ما عاصمة فرنسا؟' }],
      'عاصمة فرنسا هي باريس.',
    ],
    [
      'other case and width',
      [{ role: 'user', content: 'The CODE is ＡＢＣ１２. Nothing else. What does abc12 say?' }],
      'The CODE is ＡＢＣ１２.',
    ],
  ])('quotes from %s', async (_, messages, quoted) => {
    expect(await said(messages)).toContain(`“${quoted}”`);
  });

  it('gives the position of what it quotes', async () => {
    const answer = await said([shop, { role: 'user', content: 'How long does shipping take?' }]);
    expect(answer).toBe('“Shipping takes two to five days.” (message 1, sentence 2, characters 38–69)');
    expect(shop.content.slice(37, 69)).toBe('Shipping takes two to five days.');
  });

  it('does not quote the assistant', async () => {
    const messages = [
      { role: 'user', content: 'hello there' },
      { role: 'assistant', content: 'The moon is made of cheese.' },
      { role: 'user', content: 'What is the moon made of?' },
    ];
    expect(await said(messages)).toContain('Nothing in this conversation answers that.');
  });

  it.each([
    ['nothing matches', [shop, { role: 'user', content: 'Who wrote Hamlet?' }]],
    ['there is no question', [shop]],
    ['the question is empty', [shop, { role: 'user', content: '  ' }]],
    ['there is only a greeting', [{ role: 'user', content: 'Hello' }]],
  ])('says so, and how to connect a model, where %s', async (_, messages) => {
    const answer = await said(messages);
    expect(answer).toMatch(/^(Nothing in this conversation|There is no question)/);
    expect(answer).toContain('openclaw.config.ts');
  });

  it('gives the same answer every time, whole or streamed', async () => {
    const messages = [shop, { role: 'user', content: 'Which days are refunds possible?' }];
    const answers = await Promise.all([said(messages), said(messages)]);
    const events = await streamed(messages);
    expect(new Set([...answers, events.map(({ text }) => text).join('')]).size).toBe(1);
  });

  it('streams a token at a time, never half a character, and then its usage', async () => {
    const events = await streamed([{ role: 'user', content: '🦊🦊日本 is a fox. What is a fox?' }]);
    const contents = events.filter(({ hasContent }) => hasContent);
    expect(contents.length).toBeGreaterThan(5);
    for (const { text } of contents) expect(text).not.toContain('\ufffd');
    expect(events.at(-2)).toMatchObject({ finishReason: 'stop' });
    expect(events.at(-1)).toMatchObject({ usageOnly: true, usage: { estimated: false } });
    expect(events.at(-1)?.usage?.outputTokens).toBeGreaterThanOrEqual(contents.length);
  });

  it('ends at max_completion_tokens with the reason length, and before a stop text with the reason stop', async () => {
    const messages = [shop, { role: 'user', content: 'How long does shipping take?' }];
    const short = await ask(messages, { max_completion_tokens: 3 });
    expect(short.choices[0].finish_reason).toBe('length');
    expect(short.usage.completion_tokens).toBe(3);
    const stopped = await ask(messages, { stop: ['two', 'zzz'] });
    expect(stopped.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: '“Shipping takes ' },
    });
  });

  it.each<[string, JsonObject]>([
    ['tools', { tools: [{ type: 'function', function: { name: 'f' } }] }],
    ['logprobs', { logprobs: true }],
    ['n', { n: 2 }],
    ['response_format', { response_format: { type: 'json_object' } }],
    ['vendor_extension', { vendor_extension: 1 }],
    [
      'messages[0].content[0]',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:' } }] }] },
    ],
  ])('refuses %s, naming it', async (param, extra) => {
    await expect(ask([{ role: 'user', content: 'x' }], extra)).rejects.toMatchObject({
      errorClass: 'unsupported_parameter',
      detail: { param, code: 'unsupported_parameter' },
    });
  });

  it('accepts what steers chance or means nothing, and null for anything', async () => {
    await ask([{ role: 'user', content: 'x' }], {
      temperature: 0.3,
      seed: 1,
      n: 1,
      tools: null,
      logprobs: false,
      user: 'u',
    });
  });

  it('survives lone surrogates', async () => {
    expect(await said([{ role: 'user', content: '\ud800 broken. Is it broken?' }])).toContain('broken.');
  });

  it('searches a huge conversation in bounded time and says what it left out', async () => {
    const filler = { role: 'system', content: 'Lorem ipsum dolor sit amet. '.repeat(200_000) };
    const answer = await said([filler, shop, { role: 'user', content: 'How long does shipping take?' }]);
    expect(answer).toContain('Shipping takes two to five days.');
    expect(answer).toContain('characters were searched');
  });

  it('lets other work go on meanwhile', async () => {
    const long = { role: 'system', content: 'Lorem ipsum dolor sit amet. '.repeat(30_000) };
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    await said([long, { role: 'user', content: 'What is the dolor?' }]);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
  });

  it('does not answer a caller who left', async () => {
    const gone = AbortSignal.abort();
    const body = { messages: [shop, { role: 'user', content: 'Which days?' }] };
    await expect(provider.call(call(body, false, gone))).rejects.toMatchObject({ errorClass: 'cancelled' });
  });
});
