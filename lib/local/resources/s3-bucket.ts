import { operatorSignature } from '../engines/operator-signature.ts';
import type { CreatedResource, ResourceRequest } from './resource-handler.ts';

/** What S3 answers for a bucket that the caller owns already. */
const CONFLICT = 409;

/** AWS::S3::Bucket. */
export async function createBucket(resource: ResourceRequest): Promise<CreatedResource> {
  const { region, services } = resource;
  const name =
    resource.properties.optionalText('BucketName') ??
    resource.physicalName({ maxLength: 63, lowerCase: true });
  const answer = await fetch(`${services.s3Endpoint}/${name}`, {
    method: 'PUT',
    headers: operatorSignature('s3', region),
  });
  const body = await answer.text();
  if (!answer.ok && answer.status !== CONFLICT) {
    throw new Error(`S3 answered ${answer.status} to the creation of ${name}: ${body}`);
  }
  return {
    ref: name,
    attributes: {
      Arn: resource.globalArn('s3', name),
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
      DualStackDomainName: `${name}.s3.dualstack.${region}.amazonaws.com`,
      WebsiteURL: `http://${name}.s3-website-${region}.amazonaws.com`,
    },
  };
}
