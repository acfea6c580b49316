import { describe, expect, it } from 'vitest';
import { readRetryAfterMs } from '../../../../../lib/models/providers/openai/retry-after.ts';
import { errorFromAnswer } from '../../../../../lib/models/providers/openai/upstream-answer-error.ts';

describe('the class of an upstream error', () => {
  it.each([
    [401, {}, 'authentication'],
    [403, {}, 'authentication'],
    [402, {}, 'quota'],
    [429, { code: 'insufficient_quota' }, 'quota'],
    [429, {}, 'rate_limit'],
    [400, { type: 'invalid_request_error' }, 'invalid_request'],
    [422, {}, 'invalid_request'],
    [413, {}, 'invalid_request'],
    [400, { code: 'context_length_exceeded' }, 'context_length'],
    [400, { message: "This model's maximum context length is 8192 tokens." }, 'context_length'],
    [400, { message: 'prompt is too long: 214315 tokens > 200000 maximum' }, 'context_length'],
    [
      400,
      { message: 'The input token count exceeds the maximum number of tokens allowed.' },
      'context_length',
    ],
    [400, { type: 'exceed_context_size_error' }, 'context_length'],
    [400, { code: 'content_filter' }, 'content_filter'],
    [400, { code: 'content_policy_violation' }, 'content_filter'],
    [400, { code: 'unsupported_parameter' }, 'unsupported_parameter'],
    [404, { code: 'model_not_found' }, 'not_found'],
    [404, {}, 'not_found'],
    [302, {}, 'not_found'],
    [408, {}, 'server'],
    [409, {}, 'server'],
    [500, {}, 'server'],
    [500, { code: 'context_length_exceeded' }, 'server'],
    [529, { type: 'overloaded_error' }, 'server'],
  ])('%i with %j is %s', (status, error, expected) => {
    expect(errorFromAnswer({ providerName: 'p', status, body: { error } }).errorClass).toBe(expected);
  });

  it.each([
    ['<html>502</html>', undefined],
    [{ error: 'plain text' }, 'plain text'],
    [{ detail: 'from FastAPI' }, 'from FastAPI'],
    [{ message: 'at the top', object: 'error' }, 'at the top'],
    [null, undefined],
  ])('reads the message out of %j', (body, message) => {
    expect(errorFromAnswer({ providerName: 'p', status: 500, body }).detail?.message).toBe(message);
  });
});

describe('how long an upstream asks to wait', () => {
  const nowMs = Date.parse('2026-11-23T10:00:00Z');
  it.each([
    [{ 'retry-after': '2' }, 2_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': 'Mon, 23 Nov 2026 10:00:03 GMT' }, 3_000],
    [{ 'retry-after': 'Mon, 23 Nov 2026 09:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '120', 'retry-after': '1' }, 120],
    [{ 'x-ms-retry-after-ms': '80' }, 80],
    [{ 'retry-after-ms': 'soon', 'retry-after': '1' }, 1_000],
    [{ 'retry-after': 'later' }, undefined],
    [{ 'retry-after': '-5' }, undefined],
    [{}, undefined],
  ])('%j is %s ms', (headers, expected) => {
    expect(readRetryAfterMs(headers, nowMs)).toBe(expected);
  });
});
