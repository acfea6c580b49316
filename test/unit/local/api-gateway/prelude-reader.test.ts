import { describe, expect, it } from 'vitest';
import { PreludeReader } from '../../../../lib/local/api-gateway/prelude-reader.ts';

const metadata = JSON.stringify({ statusCode: 201, headers: { 'x-name': 'Zoë ✓'.slice(0, 3) } });
const body = Buffer.from('\0the body\0\0\0\0\0\0\0\0with zero bytes');
const response = Buffer.concat([Buffer.from(metadata), Buffer.alloc(8), body]);

/** Pushes the chunks and gives what comes out. */
function read(chunks: readonly Uint8Array[]) {
  const reader = new PreludeReader();
  const rest: Uint8Array[] = [];
  let head: unknown;
  for (const chunk of chunks) {
    if (head) rest.push(chunk);
    else {
      const begun = reader.push(chunk);
      head = begun?.head;
      if (begun) rest.push(begun.rest);
    }
  }
  return { head, rest: Buffer.concat(rest).toString() };
}

const expected = {
  head: { statusCode: 201, headers: ['x-name', 'Zoë', 'Content-Type', 'application/json'] },
  rest: body.toString(),
};

describe('PreludeReader', () => {
  it('reads head and body out of one chunk', () => {
    expect(read([response])).toEqual(expected);
  });

  it('reads them wherever the response is cut in two', () => {
    for (let cut = 0; cut <= response.length; cut++) {
      expect(read([response.subarray(0, cut), response.subarray(cut)]), `cut at ${cut}`).toEqual(expected);
    }
  });

  it('reads them byte by byte', () => {
    expect(read(Array.from(response, (byte) => Uint8Array.of(byte)))).toEqual(expected);
  });

  it.each([
    ['no JSON', `{"statusCode":${'\0'.repeat(8)}`, 'the metadata is not JSON'],
    ['no object', `[200]${'\0'.repeat(8)}`, 'the metadata is not a JSON object'],
    ['empty', '\0'.repeat(8), 'the metadata is not JSON'],
    ['without a status', `{}${'\0'.repeat(8)}`, 'statusCode is undefined'],
    ['longer than 16 KB', `{"statusCode":200,"a":"${'a'.repeat(16_384)}"}${'\0'.repeat(8)}`, 'no delimiter'],
    ['never ending', 'a'.repeat(16_384), 'no delimiter within 16384 bytes'],
  ])('refuses metadata that is %s', (_, text, message) => {
    expect(() => read([Buffer.from(text)])).toThrow(message);
  });
});
