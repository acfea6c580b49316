import { describe, expect, it } from 'vitest';
import { readChatStream } from '../../../../../lib/models/providers/openai/read-stream.ts';
import { type StreamEvent, UpstreamError } from '../../../../../lib/plugin/index.ts';

const chunk = (choices: object[], more: object = {}) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices,
  ...more,
});
const said = (content: string) => chunk([{ index: 0, delta: { content }, finish_reason: null }]);
const stopped = chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]);
const event = (data: object | string) =>
  `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
const done = event('[DONE]');

async function read(
  parts: (string | Uint8Array)[],
  options: { maxEventBytes?: number } = {},
): Promise<StreamEvent[]> {
  async function* bytes() {
    for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part;
  }
  return Array.fromAsync(readChatStream(bytes(), { providerName: 'p', model: 'asked-for', ...options }));
}

const texts = (events: StreamEvent[]) => events.map(({ text }) => text).join('');
const bytesOf = (events: StreamEvent[]) => Buffer.concat(events.map(({ bytes }) => bytes)).toString();
const classOf = (error: unknown) => (error instanceof UpstreamError ? error.errorClass : error);

describe('reading a chat stream', () => {
  const stream = event(said('Grüße ')) + event(said('日本 🦊')) + event(stopped) + done;

  it('passes well-formed events on byte by byte', async () => {
    expect(bytesOf(await read([stream]))).toBe(stream.replace(done, ''));
  });

  it('understands the same stream however its bytes are cut', async () => {
    const bytes = Buffer.from(stream);
    for (let size = 1; size <= bytes.length; size++) {
      const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      const events = await read(parts);
      expect(bytesOf(events)).toBe(stream.replace(done, ''));
      expect(texts(events)).toBe('Grüße 日本 🦊');
    }
  });

  it.each([
    ['CRLF', stream.replaceAll('\n', '\r\n')],
    ['CR', stream.replaceAll('\n', '\r')],
    ['a byte order mark', `\uFEFF${stream}`],
    [
      'comments and other fields',
      `: hello\n\nevent: message\nid: 7\n${stream.replaceAll('\n\n', '\n: ping\n\n')}`,
    ],
    ['no space after the colon', stream.replaceAll('data: ', 'data:')],
    ['data over several lines', stream.replaceAll('","choices', '",\ndata: "choices')],
    ['no empty line at the end', stream.slice(0, -2)],
    ['anything after [DONE]', `${stream}data: rubbish\n\n`],
  ])('understands %s, one byte at a time too', async (_name, text) => {
    const bytes = Buffer.from(text);
    for (const parts of [[bytes], Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))]) {
      const events = await read(parts);
      expect(texts(events)).toBe('Grüße 日本 🦊');
      for (const { bytes: written } of events) {
        const lines = Buffer.from(written).toString();
        expect(lines).toMatch(/^data: ?\{.*\}\n\n$/);
      }
    }
  });

  it('fills in what a chunk lacks, the same for the whole stream', async () => {
    const bare = { choices: [{ delta: { content: 'a' }, finish_reason: '' }] };
    const events = await read([
      event(bare),
      event({ ...bare, object: '' }),
      event({ choices: [{ finish_reason: 'eos' }] }),
      done,
    ]);
    const chunks = events.map(({ bytes }) => JSON.parse(Buffer.from(bytes).toString().slice(5)));
    expect(chunks[0]).toEqual({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion.chunk',
      created: expect.any(Number),
      model: 'asked-for',
      choices: [{ index: 0, delta: { content: 'a' }, finish_reason: null }],
    });
    expect(new Set(chunks.map(({ id, created }) => `${id} ${created}`)).size).toBe(1);
    expect(chunks[2].choices).toEqual([{ index: 0, delta: {}, finish_reason: 'stop' }]);
    expect(events[2]?.finishReason).toBe('stop');
  });

  it.each([
    ['content', { content: 'x' }, true],
    ['an empty content', { role: 'assistant', content: '' }, false],
    ['a refusal', { refusal: 'no' }, true],
    ['reasoning', { reasoning_content: 'hm' }, true],
    ['a tool call', { tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '' } }] }, true],
    ['audio', { audio: { data: 'AAAA' } }, true],
  ])('sees %s', async (_name, delta, hasContent) => {
    const [first] = await read([event(chunk([{ index: 0, delta, finish_reason: null }])), done]);
    expect(first?.hasContent).toBe(hasContent);
  });

  it.each([
    ['ends without a finish reason', event(said('a')), 'cut'],
    ['ends in the middle of an event', event(said('a')) + event(stopped).slice(0, 40), 'cut'],
    ['is empty', '', 'cut'],
    ['holds something that is no JSON', event(said('a')) + event('{"id"'), 'malformed'],
    ['holds JSON that is no object', event('[1]'), 'malformed'],
    ['reports an error', event({ error: { message: 'x', type: 'server_error', code: null } }), 'server'],
    ['reports an error with a status', event({ error: { message: 'x', code: 429 } }), 'rate_limit'],
    [
      'reports that the request is too long',
      event({ error: { code: 'context_length_exceeded' } }),
      'context_length',
    ],
    ['reports an error as a text', event({ error: 'out of memory' }), 'server'],
  ])('fails when the stream %s', async (_name, text, errorClass) => {
    expect(await read([text]).catch(classOf)).toBe(errorClass);
  });

  it('fails when the choices that were asked for are not all finished', async () => {
    async function* bytes() {
      yield Buffer.from(event(stopped));
    }
    const reading = Array.fromAsync(readChatStream(bytes(), { providerName: 'p', model: 'm', choices: 2 }));
    expect(await reading.catch(classOf)).toBe('cut');
  });

  it('refuses an event that grows beyond the bound', async () => {
    const endless = Array.from({ length: 100 }, () => 'data: '.padEnd(50, 'x'));
    expect(await read(endless, { maxEventBytes: 1_000 }).catch(classOf)).toBe('malformed');
  });

  it('reads usage, also where it comes with every chunk', async () => {
    const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
    const events = await read([event({ ...said('a'), usage }), event(chunk([], { usage })), done]);
    expect(events.map(({ usageOnly, usage: read }) => [usageOnly, read?.outputTokens])).toEqual([
      [false, 2],
      [true, 2],
    ]);
  });

  it('never quotes the stream in an error', async () => {
    const error: unknown = await read([event('{"content":"private')]).catch((thrown: unknown) => thrown);
    expect(String(error)).not.toContain('private');
  });
});
