import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PostRequest, signPost } from '../../../../lib/storage/aws/sign-post.ts';
import { sdkSignature } from '../../../support/sdk-signature.ts';

const word = (unit: string) => fc.string({ unit: fc.constantFrom(...unit), minLength: 1, maxLength: 20 });
const letters = 'abcdefghijklmnopqrstuvwxyz';
const request: fc.Arbitrary<PostRequest> = fc.record({
  service: fc.constantFrom('dynamodb', 'sts', 'secretsmanager'),
  region: fc.constantFrom('eu-west-1', 'us-gov-east-1'),
  host: fc.constantFrom('dynamodb.eu-west-1.amazonaws.com', '127.0.0.1:4566'),
  headers: fc.dictionary(
    word(letters).map((name) => `x-${name}`),
    word(`${letters}ABC./;=0123456789`),
    { maxKeys: 4 },
  ),
  body: fc.string({ unit: 'grapheme', maxLength: 300 }),
});
const credentials = fc.record({
  accessKeyId: word('AKID0123456789'),
  secretAccessKey: word(`${letters}+/=`),
  sessionToken: fc.option(word(`${letters}+/=`), { nil: undefined }),
});
const time = fc.date({ min: new Date('2015-08-30'), max: new Date('2099-12-31'), noInvalidDate: true });

describe('a request', () => {
  it('is signed as the SDK signs it', async () => {
    await fc.assert(
      fc.asyncProperty(request, credentials, time, async (asked, signer, at) => {
        const { authorization, ...sent } = signPost(asked, signer, at);
        const expected = await sdkSignature({ ...asked, headers: sent }, signer, at);
        expect(authorization).toBe(expected?.replaceAll(/, ?/g, ', '));
        expect(sent).toMatchObject({ ...asked.headers, host: asked.host });
        expect(sent['x-amz-security-token']).toBe(signer.sessionToken);
      }),
      { numRuns: 300 },
    );
  });

  it('is signed alike again, by one of many signers and on another day', async () => {
    const asked: PostRequest = { service: 'sts', region: 'eu-west-1', host: 'sts', headers: {}, body: '' };
    const signers = Array.from({ length: 1_200 }, (_, i) => ({
      accessKeyId: 'A',
      secretAccessKey: `secret-${i}`,
    }));
    const days = [new Date('2026-11-23T10:00:00Z'), new Date('2026-11-24T10:00:00Z')];
    const sign = () =>
      days.flatMap((day) => signers.map((signer) => signPost(asked, signer, day).authorization));
    const first = sign();
    expect(new Set(first).size).toBe(2 * signers.length);
    expect(sign()).toEqual(first);
    const headers = { host: 'sts', 'x-amz-date': '20261124T100000Z' };
    expect(first.at(-1)).toBe(
      (
        await sdkSignature(
          { ...asked, headers },
          { accessKeyId: 'A', secretAccessKey: 'secret-1199' },
          days[1] as Date,
        )
      )?.replaceAll(/, ?/g, ', '),
    );
  });
});
