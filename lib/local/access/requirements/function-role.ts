import type { Check } from '../check.ts';
import { type Requirement, roleDecisions } from './requirement.ts';

/**
 * Lambda looks, when a function is made, whether it may act with the function's role, and whether the role may do what
 * Lambda does with it.
 * - https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
 * - https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
export const functionRole: Requirement = ({ properties, attributes }, enforcer) => {
  const arn = attributes?.Arn ?? '';
  const checks: Check[] = [];
  if (properties.group('TracingConfig').optionalText('Mode') === 'Active') {
    checks.push({ action: 'xray:PutTraceSegments', resource: '*' });
    checks.push({ action: 'xray:PutTelemetryRecords', resource: '*' });
  }
  const network = properties.group('VpcConfig');
  const subnets = network.list('SubnetIds').map(String);
  if (subnets.length > 0)
    checks.push(...networkChecks(arn, subnets, network.list('SecurityGroupIds').map(String)));
  for (const [what, decision] of roleDecisions(
    enforcer,
    'lambda.amazonaws.com',
    properties.text('Role'),
    checks,
  )) {
    if (decision.allowed) continue;
    return { message: sentence(what), because: decision.because };
  }
  return undefined;
};

function sentence(what: string): string {
  const [, service = '', operation = ''] = /^(\w+):(\w+)/.exec(what) ?? [];
  return service === 'sts'
    ? 'The role defined for the function cannot be assumed by Lambda.'
    : `The provided execution role does not have permissions to call ${operation} on ${service.toUpperCase()}`;
}

function networkChecks(arn: string, subnets: readonly string[], groups: readonly string[]): Check[] {
  const [, partition, , region, account] = arn.split(':');
  const inEc2 = (resource: string) => `arn:${partition}:ec2:${region}:${account}:${resource}`;
  const made = inEc2('network-interface/eni-0123456789abcdef0');
  // Made in every subnet, with every security group.
  const named = [...subnets.map((id) => `subnet/${id}`), ...groups.map((id) => `security-group/${id}`)].map(
    inEc2,
  );
  return [
    ...[made, ...named].map((resource) => ({ action: 'ec2:CreateNetworkInterface', resource })),
    { action: 'ec2:DescribeNetworkInterfaces', resource: '*' },
    { action: 'ec2:DescribeSubnets', resource: '*' },
    { action: 'ec2:DeleteNetworkInterface', resource: made },
    { action: 'ec2:AssignPrivateIpAddresses', resource: made },
    { action: 'ec2:UnassignPrivateIpAddresses', resource: made },
  ];
}
