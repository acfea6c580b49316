import { describe, expect, it } from 'vitest';
import { readJsonBody } from '../../../lib/gateway/body/read-json-body.ts';

const limits = { maxBodyBytes: 1_000, maxJsonDepth: 5, maxArrayLength: 10 };
const read = async (body: string) => readJsonBody(body, limits);

describe('readJsonBody', () => {
  it('reads a JSON object within the limits', async () => {
    expect(await read('{"a":[1,{"b":"ü"}]}')).toEqual({ a: [1, { b: 'ü' }] });
  });

  it.each([
    ['nothing', '', 400, 'invalid_json'],
    ['text that is not JSON', '{"a":', 400, 'invalid_json'],
    ['an array', '[]', 400, 'invalid_json'],
    ['null', 'null', 400, 'invalid_json'],
    ['a string', '"text"', 400, 'invalid_json'],
    ['a body one byte too large', JSON.stringify({ a: 'x'.repeat(993) }), 413, 'request_too_large'],
    [
      'a body too large only when counted in bytes',
      JSON.stringify({ a: 'ü'.repeat(500) }),
      413,
      'request_too_large',
    ],
    ['deep nesting', `{"a":${'['.repeat(5)}${']'.repeat(5)}}`, 400, 'json_too_deep'],
    ['a long array', JSON.stringify({ a: Array(11).fill(0) }), 400, 'array_too_long'],
  ])('refuses %s', async (_, body, status, code) => {
    await expect(read(body)).rejects.toMatchObject({ status, code });
  });

  it('takes a body of exactly the limit', async () => {
    expect(await read(JSON.stringify({ a: 'x'.repeat(992) }))).toHaveProperty('a');
  });

  it('survives nesting that would exhaust a stack', async () => {
    const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    const generous = { ...limits, maxBodyBytes: 10_000_000 };
    expect(() => readJsonBody(deep, generous)).toThrow(expect.objectContaining({ status: 400 }));
  });

  it('does not quote the body in its error', async () => {
    await expect(read('{"secret": hunter2}')).rejects.not.toThrow(/hunter2/);
  });
});
