import { describe, expect, it } from 'vitest';
import { s3Checks } from '../../../../../lib/local/access/calls/s3-calls.ts';
import type { CallScope } from '../../../../../lib/local/access/check.ts';

const scope: CallScope = {
  partition: 'aws',
  region: 'us-east-1',
  accountId: '000000000000',
  partitionKey: () => undefined,
};

describe('the permissions of a request to S3', () => {
  it('are for the key as it is written, dots included', () => {
    const [check] =
      s3Checks({ method: 'GET', url: '/files/tenants/acme/../globex/a%20b?x-id=GetObject' }, scope) ?? [];
    expect(check).toEqual({
      action: 's3:GetObject',
      resource: 'arn:aws:s3:::files/tenants/acme/../globex/a b',
    });
  });

  it.each([
    ['a key that is not well encoded', { method: 'GET', url: '/files/%zz' }],
    ['a source that is not well encoded', { method: 'PUT', url: '/files/copy', copySource: '/files/%zz' }],
    ['a deletion that names no key', { method: 'POST', url: '/files?delete' }],
  ])('are not known for %s', (_, request) => {
    expect(s3Checks(request, scope)).toBeUndefined();
  });
});
