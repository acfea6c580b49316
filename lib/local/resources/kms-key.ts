import { createHash } from 'node:crypto';
import type { CreatedResource, ResourceRequest } from './resource-handler.ts';

/** AWS::KMS::Key. A key that is there already keeps its secret. */
export async function createKey({
  arn,
  physicalName,
  properties,
  services,
}: ResourceRequest): Promise<CreatedResource> {
  const keyId = keyIdOf(physicalName({ maxLength: 256 }));
  const keyArn = arn('kms', `key/${keyId}`);
  const keyUsage = properties.optionalText('KeyUsage');
  await services.kms.declare({
    keyId,
    arn: keyArn,
    description: properties.optionalText('Description') ?? '',
    keySpec: properties.optionalText('KeySpec') ?? 'SYMMETRIC_DEFAULT',
    ...(keyUsage !== undefined && { keyUsage }),
    enabled: !properties.has('Enabled') || properties.flag('Enabled'),
    rotationEnabled: properties.flag('EnableKeyRotation'),
  });
  return { ref: keyId, attributes: { Arn: keyArn, KeyId: keyId } };
}

/** AWS::KMS::Alias. */
export function createKeyAlias({ arn, properties, services }: ResourceRequest): CreatedResource {
  const name = properties.text('AliasName');
  services.kms.declareAlias({ name, arn: arn('kms', name), target: properties.text('TargetKeyId') });
  return { ref: name };
}

/** A hash of the name in the form of a UUID, as the ids of keys are. */
function keyIdOf(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex');
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
