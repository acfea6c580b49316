import { partitionOf } from '../../config/partition.ts';
import type { DeployedResource } from '../deployment/deploy-stack.ts';
import type { Decision } from '../iam/index.ts';
import { RuntimeError } from '../runtime-error.ts';
import type { Check } from './check.ts';
import { encryptionContextKeys } from './encryption-context.ts';
import type { Enforcer } from './enforcer.ts';

/** A rule of a service: it makes a resource only where the policies allow what the service will do with it. */
type Requirement = (resource: DeployedResource, enforcer: Enforcer) => Refused | undefined;

interface Refused {
  /** The service's own sentence. */
  readonly message: string;
  readonly because: string;
}

const requirements: Readonly<Record<string, Requirement>> = {
  'AWS::Lambda::Function': functionRole,
  'AWS::Logs::LogGroup': logGroupKey,
  'AWS::ApiGateway::Account': accessLogRole,
};

/**
 * Fails as a deployment does where a service may not do what it has to: Lambda with a function's role, CloudWatch with
 * a log group's key, API Gateway with the access log.
 *
 * @throws RuntimeError `resource-failed`
 */
export function requireServiceAccess(resources: readonly DeployedResource[], enforcer: Enforcer): void {
  for (const resource of resources) {
    const refused = requirements[resource.type]?.(resource, enforcer);
    if (!refused) continue;
    const { stack, logicalId, type } = resource;
    throw new RuntimeError(
      'resource-failed',
      `${stack}: Resources.${logicalId} (${type}) cannot be created: ${refused.message} (${refused.because})`,
    );
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html */
function functionRole({ properties, attributes }: DeployedResource, enforcer: Enforcer): Refused | undefined {
  const roleArn = properties.text('Role');
  const assumed = enforcer.allowsService('lambda.amazonaws.com', {
    action: 'sts:AssumeRole',
    resource: roleArn,
  });
  if (!assumed.allowed) {
    return {
      message: 'The role defined for the function cannot be assumed by Lambda.',
      because: assumed.because,
    };
  }
  const needed: (readonly [action: string, service: string, resource?: string])[] = [];
  if (properties.group('TracingConfig').optionalText('Mode') === 'Active') {
    needed.push(['xray:PutTraceSegments', 'XRAY'], ['xray:PutTelemetryRecords', 'XRAY']);
  }
  const network = properties.group('VpcConfig');
  const subnets = network.list('SubnetIds').map((id) => `subnet/${String(id)}`);
  if (subnets.length > 0) {
    const [, partition, , region, account] = (attributes?.Arn ?? '').split(':');
    const inEc2 = (resource: string) => `arn:${partition}:ec2:${region}:${account}:${resource}`;
    const groups = network.list('SecurityGroupIds').map((id) => `security-group/${String(id)}`);
    const made = 'network-interface/eni-0123456789abcdef0';
    // Made in every subnet, with every security group.
    for (const resource of [made, ...subnets, ...groups]) {
      needed.push(['ec2:CreateNetworkInterface', 'EC2', inEc2(resource)]);
    }
    needed.push(['ec2:DescribeNetworkInterfaces', 'EC2'], ['ec2:DeleteNetworkInterface', 'EC2', inEc2(made)]);
  }
  for (const [action, service, resource = '*'] of needed) {
    const decision = enforcer.allowsRole(roleArn, { action, resource });
    if (decision.allowed) continue;
    const operation = action.slice(action.indexOf(':') + 1);
    return {
      message: `The provided execution role does not have permissions to call ${operation} on ${service}`,
      because: decision.because,
    };
  }
  return undefined;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
function logGroupKey(logGroup: DeployedResource, enforcer: Enforcer): Refused | undefined {
  const arn = (logGroup.attributes?.Arn ?? '').replace(/:\*$/, '');
  const keyArn = enforcer.keyOf(logGroup.attributes?.Arn ?? '');
  if (keyArn === undefined) return undefined;
  const { region } = enforcer.scope;
  const service = `logs.${region}.${partitionOf(region).urlSuffix}`;
  const operations = ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo', 'GenerateDataKey', 'DescribeKey'];
  for (const operation of operations) {
    const check: Check = {
      action: `kms:${operation}`,
      resource: keyArn,
      context: encryptionContextKeys({ 'aws:logs:arn': arn }),
    };
    const decision = enforcer.allowsService(service, check);
    if (decision.allowed) continue;
    return {
      message: `The specified KMS key does not exist or is not allowed to be used with Arn '${arn}'`,
      because: `${check.action}: ${decision.because}`,
    };
  }
  return undefined;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html */
function accessLogRole({ properties }: DeployedResource, enforcer: Enforcer): Refused | undefined {
  const roleArn = properties.optionalText('CloudWatchRoleArn');
  if (roleArn === undefined) return undefined;
  const message = 'The role ARN does not have required permissions set to API Gateway';
  const assumption: Check = { action: 'sts:AssumeRole', resource: roleArn };
  const decisions: Decision[] = [
    enforcer.allowsService('apigateway.amazonaws.com', assumption),
    ...['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'].map((action) =>
      enforcer.allowsRole(roleArn, { action, resource: '*' }),
    ),
  ];
  const refused = decisions.find((decision) => !decision.allowed);
  return refused && !refused.allowed ? { message, because: refused.because } : undefined;
}
