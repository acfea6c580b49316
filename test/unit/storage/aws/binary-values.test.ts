import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswer, writeRequest } from '../../../../lib/storage/aws/binary-values.ts';

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const name = fc.oneof(fc.constantFrom('B', 'BS', 'S', 'L', 'M'), fc.string());
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.record({ S: fc.string() }),
    fc.record({ N: fc.integer().map(String) }),
    fc.record({ B: bytes }),
    fc.record({ BS: fc.array(bytes, { minLength: 1, maxLength: 3 }) }),
    fc.record({ L: fc.array(tie('value'), { maxLength: 3 }) }),
    fc.record({ M: fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }) }),
  ),
}));

describe('items on the wire', () => {
  it('are read as they were written, bytes among them, whatever attributes are called', () => {
    const item = fc.dictionary(name, value, { noNullPrototype: true });
    fc.assert(
      fc.property(item, (Item) => {
        expect(readAnswer(writeRequest({ TableName: 'T', Item }))).toEqual({ TableName: 'T', Item });
      }),
    );
  });

  it('are read however the answer is laid out', () => {
    const Item = {
      body: { B: Buffer.from('OpenClaw') },
      parts: { BS: [Buffer.from([1]), Buffer.from([2])] },
    };
    const wire: unknown = JSON.parse(writeRequest({ Item }));
    for (const indent of [undefined, 1, '\t'])
      expect(readAnswer(JSON.stringify(wire, null, indent))).toEqual({ Item });
  });

  it('have bytes in base64, a part of a larger buffer too', () => {
    const part = Buffer.from('xxOpenClaw').subarray(2);
    expect(writeRequest({ Item: { body: { B: part } }, Key: undefined })).toBe(
      '{"Item":{"body":{"B":"T3BlbkNsYXc="}}}',
    );
    const input = { Item: { body: { B: part } } };
    writeRequest(input);
    expect(input.Item.body.B).toBe(part);
  });
});
