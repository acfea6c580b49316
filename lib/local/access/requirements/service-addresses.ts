import type { Requirement } from './requirement.ts';

/**
 * A VPC endpoint without private DNS leaves the service's usual name as it is, so a function has to be told the
 * endpoint's own.
 * https://docs.aws.amazon.com/vpc/latest/privatelink/interface-endpoints.html
 */
export const serviceAddresses: Requirement = ({ properties }, _enforcer, resources) => {
  if (properties.group('VpcConfig').list('SubnetIds').length === 0) return undefined;
  const variables = properties.group('Environment').texts('Variables');
  for (const { type, properties: endpoint } of resources) {
    if (type !== 'AWS::EC2::VPCEndpoint') continue;
    if (endpoint.optionalText('VpcEndpointType') !== 'Interface' || endpoint.flag('PrivateDnsEnabled'))
      continue;
    const service = endpoint.text('ServiceName').split('.').slice(3).join('_');
    const variable = `AWS_ENDPOINT_URL_${service.replaceAll('-', '_').toUpperCase()}`;
    if (variables[variable] === undefined) {
      return {
        message: `The function would not reach ${service}`,
        because: `its VPC endpoint has no private DNS, and ${variable} is not set`,
      };
    }
  }
  return undefined;
};
