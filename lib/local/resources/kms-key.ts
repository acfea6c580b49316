import { createHash } from 'node:crypto';
import type { CreatedResource, ResourceRequest } from './resource-handler.ts';

/** AWS::KMS::Key. A name only: what lies on one machine is not encrypted by it. */
export function createKey({ arn, physicalName }: ResourceRequest): CreatedResource {
  const hash = createHash('sha256')
    .update(physicalName({ maxLength: 256 }))
    .digest('hex');
  const keyId = [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ]
    .map(([start, end]) => hash.slice(start, end))
    .join('-');
  return { ref: keyId, attributes: { Arn: arn('kms', `key/${keyId}`), KeyId: keyId } };
}

/** AWS::KMS::Alias. */
export function createKeyAlias({ properties }: ResourceRequest): CreatedResource {
  return { ref: properties.text('AliasName') };
}
