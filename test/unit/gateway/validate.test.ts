import { describe, expect, it } from 'vitest';
import { chatCompletionRequest } from '../../../lib/gateway/schemas/chat-completion-request.ts';
import { embeddingRequest } from '../../../lib/gateway/schemas/embedding-request.ts';
import { validate } from '../../../lib/gateway/schemas/validate.ts';
import type { JsonObject } from '../../../lib/plugin/index.ts';

const messages = [{ role: 'user', content: 'hello' }];

describe('validation of a chat completion', () => {
  it.each<[string, JsonObject]>([
    ['the smallest request', { model: 'm', messages }],
    ['unknown fields', { model: 'm', messages, vllm_extra: { top_k: 3 } }],
    [
      'parts with an image',
      {
        model: 'm',
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'x' },
              { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
            ],
          },
        ],
      },
    ],
    ['null for optional parameters', { model: 'm', messages, temperature: null, stop: null, n: null }],
    [
      'an assistant with tool calls and no content',
      {
        model: 'm',
        messages: [
          {
            role: 'assistant',
            tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }],
          },
        ],
      },
    ],
  ])('accepts %s', (_, body) => {
    expect(() => validate(chatCompletionRequest, body)).not.toThrow();
  });

  it.each<[JsonObject, string, string]>([
    [{ messages }, 'model', 'missing_required_parameter'],
    [{ model: 'm' }, 'messages', 'missing_required_parameter'],
    [{ model: 'm', messages: [] }, 'messages', 'invalid_value'],
    [{ model: 'm', messages: 'hello' }, 'messages', 'invalid_value'],
    [{ model: 'm', messages: [{ role: 'robot', content: 'x' }] }, 'messages[0].role', 'invalid_value'],
    [{ model: 'm', messages: [{ role: 'user', content: 5 }] }, 'messages[0].content', 'invalid_value'],
    [
      { model: 'm', messages: [{ role: 'user', content: [{ type: 'text', text: 5 }] }] },
      'messages[0].content[0].text',
      'invalid_value',
    ],
    [{ model: 'm', messages, temperature: 2.1 }, 'temperature', 'invalid_value'],
    [{ model: 'm', messages, n: 0 }, 'n', 'invalid_value'],
    [{ model: 'm', messages, max_tokens: 1.5 }, 'max_tokens', 'invalid_value'],
    [{ model: 'm', messages, stream: 'yes' }, 'stream', 'invalid_value'],
    [
      { model: 'm', messages, tools: [{ type: 'function', function: {} }] },
      'tools[0].function.name',
      'missing_required_parameter',
    ],
  ])('refuses %j and names %s', (body, param, code) => {
    expect(() => validate(chatCompletionRequest, body)).toThrow(
      expect.objectContaining({ status: 400, param, code }),
    );
  });
});

describe('validation of embeddings', () => {
  it.each([['text'], [['a', 'b']], [[1, 2]], [[[1], [2]]]])('accepts %j', (input) => {
    expect(() => validate(embeddingRequest, { model: 'm', input })).not.toThrow();
  });

  it.each([[''], [[]], [[-1]], [5], [[['a']]], [null]])('refuses %j', (input) => {
    expect(() => validate(embeddingRequest, { model: 'm', input })).toThrow(
      expect.objectContaining({ status: 400 }),
    );
  });
});
