import { describe, expect, it, vi } from 'vitest';
import { ObjectTooLarge, TenantObjectStore } from '../../../lib/storage/tenant-object-store.ts';
import { type FakeAnswers, startFakeAws } from '../../support/fake-aws.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const error = (code: string, message: string, status: number) => ({
  status,
  xml: `<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});
const path = '/objects/tenants/acme/replies/one';

async function start(answers: FakeAnswers, mostBytes?: number) {
  const { calls } = await startFakeAws(answers);
  vi.stubEnv('AWS_ENDPOINT_URL_S3', process.env.AWS_ENDPOINT_URL);
  const store = new TenantObjectStore({
    bucketName: 'objects',
    credentialsFor: () => async () => ({
      accessKeyId: 'ASIA1',
      secretAccessKey: 's',
      sessionToken: 't',
      expiration: new Date(Date.now() + 3_600_000),
    }),
    region: 'eu-west-1',
    ...(mostBytes === undefined ? {} : { mostBytes }),
  });
  return { store, calls };
}

describe('objects of tenants', () => {
  it('lie under the tenant, the area and the name', async () => {
    const { store, calls } = await start({
      [`s3 PUT ${path}?x-id=PutObject`]: { json: {} },
      [`s3 GET ${path}?x-id=GetObject`]: { json: { a: 1 } },
      [`s3 DELETE ${path}?x-id=DeleteObject`]: { status: 204, json: {} },
    });
    await store.put('acme', 'replies', 'one', bytes('hello'));
    expect(Buffer.from((await store.get('acme', 'replies', 'one')) ?? []).toString()).toBe('{"a":1}');
    await store.delete('acme', 'replies', 'one');
    expect(calls).toHaveLength(3);
  });

  it.each([
    ['S3 says so', error('NoSuchKey', 'The specified key does not exist.', 404)],
    [
      'S3 does not say so to those who may not list the bucket',
      error(
        'AccessDenied',
        'User: arn:aws:sts::1:assumed-role/r/acme is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::objects"',
        403,
      ),
    ],
  ])('are missing where %s', async (_, answer) => {
    const { store } = await start({ [`s3 GET ${path}?x-id=GetObject`]: answer });
    expect(await store.get('acme', 'replies', 'one')).toBeUndefined();
  });

  it.each([
    ['s3:GetObject', 'is not authorized to perform: s3:GetObject on resource'],
    ['kms:Decrypt', 'is not authorized to perform: kms:Decrypt on resource'],
    ['nothing in particular', 'Access Denied'],
  ])('are not taken as missing where %s is refused', async (_, message) => {
    const { store } = await start({ [`s3 GET ${path}?x-id=GetObject`]: error('AccessDenied', message, 403) });
    await expect(store.get('acme', 'replies', 'one')).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('are of a bounded size, on both ways', async () => {
    const { store, calls } = await start({ [`s3 GET ${path}?x-id=GetObject`]: { json: { a: 'much' } } }, 5);
    await expect(store.put('acme', 'replies', 'one', bytes('123456'))).rejects.toBeInstanceOf(ObjectTooLarge);
    expect(calls).toEqual([]);
    await expect(store.get('acme', 'replies', 'one')).rejects.toBeInstanceOf(ObjectTooLarge);
  });

  it.each([
    ['replies', '../one'],
    ['replies', 'a/b'],
    ['replies', '.hidden'],
    ['replies', ''],
    ['replies', 'x'.repeat(256)],
    ['../replies', 'one'],
    ['a/b', 'one'],
    ['', 'one'],
  ])('have no area "%s" with a name "%s"', async (area, name) => {
    const { store, calls } = await start({});
    await expect(store.put('acme', area, name, bytes('x'))).rejects.toThrow(/is no (area|name)/);
    await expect(store.get('acme', area, name)).rejects.toThrow(/is no (area|name)/);
    await expect(store.delete('acme', area, name)).rejects.toThrow(/is no (area|name)/);
    expect(calls).toEqual([]);
  });
});
