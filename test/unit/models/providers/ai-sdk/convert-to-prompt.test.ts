import { describe, expect, it } from 'vitest';
import { convertToPrompt } from '../../../../../lib/models/providers/ai-sdk/convert-to-prompt.ts';

const supportedUrls = { 'image/*': [/^https:\/\/images\.example\//] };
const convert = (...messages: unknown[]) => convertToPrompt(messages, supportedUrls);
const image = (url: string, detail?: string) => ({
  role: 'user',
  content: [{ type: 'image_url', image_url: { url, ...(detail ? { detail } : {}) } }],
});
const call = { id: 'call_1', type: 'function', function: { name: 'now', arguments: '{"zone":"UTC"}' } };

describe('messages become a prompt', () => {
  it.each([
    ['system', { role: 'system', content: 'Be brief.' }, { role: 'system', content: 'Be brief.' }],
    ['developer', { role: 'developer', content: 'Be brief.' }, { role: 'system', content: 'Be brief.' }],
    [
      'a system message in parts',
      {
        role: 'system',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      { role: 'system', content: 'a\nb' },
    ],
    ['user', { role: 'user', content: 'Hi' }, { role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
    [
      'an image as data',
      image('data:image/png;base64,iVBORw0K'),
      {
        role: 'user',
        content: [{ type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'iVBORw0K' } }],
      },
    ],
    [
      'an image at a URL that the provider fetches',
      image('https://images.example/cat.JPG?x=1', 'auto'),
      {
        role: 'user',
        content: [
          {
            type: 'file',
            mediaType: 'image/jpeg',
            data: { type: 'url', url: new URL('https://images.example/cat.JPG?x=1') },
          },
        ],
      },
    ],
    [
      'an image at a URL that does not tell its type',
      image('https://images.example/cat'),
      {
        role: 'user',
        content: [
          {
            type: 'file',
            mediaType: 'image/*',
            data: { type: 'url', url: new URL('https://images.example/cat') },
          },
        ],
      },
    ],
    [
      'a file',
      {
        role: 'user',
        content: [
          { type: 'file', file: { file_data: 'data:application/pdf;base64,JVBERi0', filename: 'a.pdf' } },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'file',
            mediaType: 'application/pdf',
            data: { type: 'data', data: 'JVBERi0' },
            filename: 'a.pdf',
          },
        ],
      },
    ],
    [
      'a sound',
      { role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'UklGRg', format: 'mp3' } }] },
      {
        role: 'user',
        content: [{ type: 'file', mediaType: 'audio/mpeg', data: { type: 'data', data: 'UklGRg' } }],
      },
    ],
    [
      'an assistant that refused',
      { role: 'assistant', content: null, refusal: 'No.', annotations: [], audio: null },
      { role: 'assistant', content: [{ type: 'text', text: 'No.' }] },
    ],
    [
      'an assistant that calls a tool, with what its provider signed',
      {
        role: 'assistant',
        content: null,
        reasoning_content: 'Time…',
        reasoning_details: [
          {
            type: 'reasoning',
            index: 0,
            text: 'Time…',
            provider_metadata: { anthropic: { signature: 's' } },
          },
        ],
        tool_calls: [{ ...call, provider_metadata: { google: { thoughtSignature: 't' } } }],
      },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Time…', providerOptions: { anthropic: { signature: 's' } } },
          {
            type: 'tool-call',
            toolCallId: 'call_1',
            toolName: 'now',
            input: { zone: 'UTC' },
            providerOptions: { google: { thoughtSignature: 't' } },
          },
        ],
      },
    ],
  ])('%s', (_, message, expected) => {
    expect(convert(message)).toEqual([expected]);
  });

  it('finds the name of the tool whose result a message has', () => {
    const prompt = convert(
      { role: 'assistant', content: '', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: [{ type: 'text', text: '12:00' }] },
    );

    expect(prompt[1]).toEqual({
      role: 'tool',
      content: [
        {
          type: 'tool-result',
          toolCallId: 'call_1',
          toolName: 'now',
          output: { type: 'text', value: '12:00' },
        },
      ],
    });
  });

  it('leaves out messages that say nothing, which some providers refuse', () => {
    const prompt = convert(
      { role: 'system', content: '' },
      { role: 'user', content: [{ type: 'text', text: '' }] },
      { role: 'assistant', content: null },
    );

    expect(prompt).toEqual([]);
  });
});

describe('what a provider cannot take is refused by its place', () => {
  it.each([
    ['messages[0].name', { role: 'user', content: 'Hi', name: 'Ann' }],
    ['messages[0].role', { role: 'function', name: 'now', content: '12:00' }],
    ['messages[0].content[0].image_url.detail', image('data:image/png;base64,iVBORw0K', 'high')],
    ['messages[0].content[0].image_url.url', image('https://elsewhere.example/cat.png')],
    [
      'messages[0].content[0].file.file_id',
      { role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] },
    ],
    [
      'messages[0].content[0].input_audio.format',
      { role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'x', format: 'constructor' } }] },
    ],
    ['messages[0].content[0].type', { role: 'user', content: [{ type: 'video_url', video_url: {} }] }],
    [
      'messages[0].content[0].cache_control',
      { role: 'user', content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }] },
    ],
    ['messages[0].content[0]', { role: 'system', content: [{ type: 'image_url', image_url: {} }] }],
    [
      'messages[0].function_call',
      { role: 'assistant', content: null, function_call: { name: 'now', arguments: '' } },
    ],
    [
      'messages[0].tool_calls[0].type',
      { role: 'assistant', tool_calls: [{ id: 'a', type: 'custom', custom: {} }] },
    ],
  ])('%s', (param, message) => {
    expect(() => convert(message)).toThrow(
      expect.objectContaining({
        errorClass: 'unsupported_parameter',
        status: 400,
        detail: expect.objectContaining({ param, code: 'unsupported_parameter' }),
      }),
    );
  });
});

describe('what is wrong in itself is an invalid request', () => {
  it.each([
    ['messages[0]', 'Hi'],
    ['messages[0].content', { role: 'user', content: 7 }],
    ['messages[0].content[0]', { role: 'user', content: ['Hi'] }],
    ['messages[0].content[0].image_url', { role: 'user', content: [{ type: 'image_url', image_url: 'x' }] }],
    ['messages[0].content[0].image_url.url', image('not a URL')],
    ['messages[0].content[0].image_url.url', image('data:image/png,unencoded')],
    ['messages[0].content[0].image_url.url', image('s3://our-bucket/secret.png')],
    ['messages[0].content[0].image_url.url', image('file:///etc/passwd')],
    ['messages[0].tool_call_id', { role: 'tool', tool_call_id: 'nobody', content: '12:00' }],
    ['messages[0].tool_call_id', { role: 'tool', content: '12:00' }],
    ['messages[0].tool_calls', { role: 'assistant', tool_calls: 'now' }],
    [
      'messages[0].tool_calls[0].function.arguments',
      { role: 'assistant', tool_calls: [{ ...call, function: { name: 'now', arguments: '{' } }] },
    ],
  ])('%s: %j', (param, message) => {
    expect(() => convert(message)).toThrow(
      expect.objectContaining({ errorClass: 'invalid_request', detail: expect.objectContaining({ param }) }),
    );
  });
});
