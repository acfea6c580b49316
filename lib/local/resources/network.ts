import type { CreatedResource, ResourceHandler, ResourceRequest } from './resource-handler.ts';

/** AWS::EC2::VPC. Functions on one machine are in no network. */
export function createVpc(resource: ResourceRequest): CreatedResource {
  return { ...named(resource), attributes: { CidrBlock: resource.properties.text('CidrBlock') } };
}

/** AWS::EC2::VPCEndpoint. The names that it gives lead nowhere: functions are told where the services are. */
export function createVpcEndpoint(resource: ResourceRequest): CreatedResource {
  const { ref } = named(resource);
  // S3 is addressed below the name, by what comes before it.
  const below = resource.properties.text('ServiceName').endsWith('.s3') ? '*.' : '';
  return { ref, listAttributes: { DnsEntries: [`ZLOCAL:${below}${ref.toLowerCase()}.vpce.invalid`] } };
}

/** AWS::NetworkFirewall::Firewall. */
export function createFirewall(resource: ResourceRequest): CreatedResource {
  const { ref } = named(resource);
  const arn = resource.arn('network-firewall', `firewall/${ref}`);
  return {
    ref: arn,
    attributes: { FirewallArn: arn },
    listAttributes: { EndpointIds: [`${resource.region}a:vpce-${ref}`] },
  };
}

/** For what has an effect in AWS only: a name, which these attributes have too. */
export function namedBy(...attributes: readonly string[]): ResourceHandler {
  return (resource) => {
    const { ref } = named(resource);
    return { ref, attributes: Object.fromEntries(attributes.map((attribute) => [attribute, ref])) };
  };
}

function named({ physicalName }: ResourceRequest): { readonly ref: string } {
  return { ref: physicalName({ maxLength: 128 }) };
}
