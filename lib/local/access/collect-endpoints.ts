import type { DeployedResource } from '../deployment/deploy-stack.ts';
import type { RoleAccess } from './access-table.ts';

/** Services whose endpoint has another name than their actions. */
const actionPrefixes: Readonly<Record<string, string>> = {
  'sagemaker.runtime': 'sagemaker',
  'bedrock-runtime': 'bedrock',
};

const everything = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' };

/**
 * The VPC endpoints of the network that the functions of a role are in. Where the network has a way to the internet, or
 * there is no network, nothing has to pass an endpoint.
 * https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
 */
export function endpointsOf(
  role: DeployedResource,
  resources: readonly DeployedResource[],
): Pick<RoleAccess, 'endpoints'> {
  const isInNetwork = resources.some(
    ({ type, properties }) =>
      type === 'AWS::Lambda::Function' &&
      properties.get('Role') === role.attributes?.Arn &&
      properties.group('VpcConfig').list('SubnetIds').length > 0,
  );
  const hasInternet = resources.some(({ type }) => type === 'AWS::EC2::NatGateway');
  if (!isInNetwork || hasInternet) return {};
  const endpoints = resources.filter(({ type }) => type === 'AWS::EC2::VPCEndpoint');
  return {
    endpoints: Object.fromEntries(
      endpoints.map(({ stack, logicalId, properties }) => {
        // Such as com.amazonaws.eu-west-1.sagemaker.runtime.
        const service = properties.text('ServiceName').split('.').slice(3).join('.');
        const document = properties.get('PolicyDocument') ?? {
          Version: '2012-10-17',
          Statement: [everything],
        };
        return [
          actionPrefixes[service] ?? service,
          { name: `the policy of ${stack}.${logicalId}`, document },
        ];
      }),
    ),
  };
}
