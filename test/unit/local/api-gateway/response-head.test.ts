import { describe, expect, it } from 'vitest';
import { MalformedResponseError, readResponseHead } from '../../../../lib/local/api-gateway/response-head.ts';

const json = ['Content-Type', 'application/json'];

describe('readResponseHead', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'takes headers as they are',
      { headers: { 'Content-Type': 'text/html', n: 1, b: true } },
      ['Content-Type', 'text/html', 'n', '1', 'b', 'true'],
    ],
    ['takes all values of a header', { multiValueHeaders: { v: ['1', '2'] } }, ['v', '1', 'v', '2', ...json]],
    [
      'prefers the values of a list',
      { headers: { v: '0', w: '0' }, multiValueHeaders: { v: ['1'] } },
      ['w', '0', 'v', '1', ...json],
    ],
    [
      'turns cookies into headers',
      { cookies: ['a=1', 'b=2'] },
      ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', ...json],
    ],
    [
      'drops what concerns one connection',
      { headers: { Connection: 'close', 'Transfer-Encoding': 'gzip', 'keep-alive': '1', upgrade: 'h2c' } },
      json,
    ],
    [
      'renames what the API sets itself',
      { headers: { 'WWW-Authenticate': 'Bearer', 'content-length': 3 } },
      ['x-amzn-Remapped-WWW-Authenticate', 'Bearer', 'x-amzn-Remapped-content-length', '3', ...json],
    ],
    ['takes null for none', { headers: null, multiValueHeaders: null, cookies: null }, json],
  ])('%s', (_, response, headers) => {
    expect(readResponseHead({ statusCode: 200, ...response })).toEqual({ statusCode: 200, headers });
  });

  it('takes a status that is written as text', () => {
    expect(readResponseHead({ statusCode: '404' }).statusCode).toBe(404);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['without a status', { statusCode: undefined }, 'statusCode is undefined'],
    ['with an informational status', { statusCode: 100 }, 'statusCode is 100'],
    ['with a status out of range', { statusCode: 999 }, 'statusCode is 999'],
    ['with a status that is no number', { statusCode: 'fine' }, 'statusCode is "fine"'],
    ['with headers in a list', { headers: ['a'] }, 'headers is not an object'],
    ['with a header that is an object', { headers: { a: {} } }, 'the header a is neither'],
    [
      'with a header that splits the response',
      { headers: { a: 'x\r\nb: y' } },
      'the header a cannot be sent',
    ],
    ['with a header name that is none', { headers: { 'a b': 'x' } }, 'the header a b cannot be sent'],
    ['with values that are no list', { multiValueHeaders: { a: '1' } }, 'multiValueHeaders.a is not a list'],
    ['with cookies that are no list', { cookies: 'a=1' }, 'cookies is not a list'],
  ])('refuses a response %s', (_, response, message) => {
    const read = () => readResponseHead({ statusCode: 200, ...response });
    expect(read).toThrow(MalformedResponseError);
    expect(read).toThrow(message);
  });
});
