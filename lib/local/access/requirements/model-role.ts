import type { DeployedResource } from '../../deployment/deploy-stack.ts';
import type { Check } from '../check.ts';
import type { Enforcer } from '../enforcer.ts';
import { firstUnmet, type Requirement, roleDecisions } from './requirement.ts';

const SERVICE = 'sagemaker.amazonaws.com';
const STREAM = 'log-stream:AllTraffic/i-0123456789abcdef0';

/**
 * What SageMaker does with a model's role when it loads the model.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms
 */
export const modelRole: Requirement = ({ properties }, enforcer) => {
  const container = properties.group('PrimaryContainer');
  const image = container.optionalText('Image');
  const files = container.group('ModelDataSource').group('S3DataSource').optionalText('S3Uri');
  return firstUnmet(
    'SageMaker could not load the model with its role',
    roleDecisions(enforcer, SERVICE, properties.text('ExecutionRoleArn'), [
      ...(image === undefined ? [] : pulls(image, enforcer)),
      ...(files === undefined ? [] : reads(files, enforcer)),
      metric('AWS/SageMaker'),
    ]),
  );
};

/** What SageMaker does with the role of an endpoint while it serves: it writes logs and metrics. */
export const endpointRole: Requirement = ({ properties }, enforcer, resources) => {
  const configuration = resources.find(
    ({ type, ref, attributes }) =>
      type === 'AWS::SageMaker::EndpointConfig' &&
      [ref, attributes?.EndpointConfigName].includes(properties.text('EndpointConfigName')),
  );
  const roleArn = configuration?.properties.optionalText('ExecutionRoleArn');
  const name = properties.optionalText('EndpointName');
  if (roleArn === undefined || name === undefined) return undefined;
  const groups = [
    `/aws/sagemaker/Endpoints/${name}`,
    ...componentsOf(name, resources).map((component) => `/aws/sagemaker/InferenceComponents/${component}`),
  ];
  return firstUnmet(
    'SageMaker could not write logs and metrics with the role of the endpoint',
    roleDecisions(enforcer, SERVICE, roleArn, [
      ...groups.flatMap((group) => writesLog(group, enforcer)),
      metric('/aws/sagemaker/Endpoints'),
    ]),
  );
};

function pulls(image: string, { scope }: Enforcer): Check[] {
  const [, account, region, repository] = /^(\d{12})\.dkr\.ecr\.([^.]+)\.[^/]+\/([^:@]+)/.exec(image) ?? [];
  if (repository === undefined) return [];
  const resource = `arn:${scope.partition}:ecr:${region}:${account}:repository/${repository}`;
  return [
    { action: 'ecr:GetAuthorizationToken', resource: '*' },
    ...['BatchCheckLayerAvailability', 'GetDownloadUrlForLayer', 'BatchGetImage'].map((operation) => ({
      action: `ecr:${operation}`,
      resource,
    })),
  ];
}

function reads(uri: string, { scope }: Enforcer): Check[] {
  const { hostname, pathname } = new URL(uri);
  const bucket = `arn:${scope.partition}:s3:::${hostname}`;
  const prefix = pathname.slice(1);
  return [
    { action: 's3:ListBucket', resource: bucket, context: [['s3:prefix', [prefix]]] },
    { action: 's3:GetObject', resource: `${bucket}/${prefix}config.json` },
  ];
}

function writesLog(group: string, { scope }: Enforcer): Check[] {
  const resource = `arn:${scope.partition}:logs:${scope.region}:${scope.accountId}:log-group:${group}`;
  return [
    { action: 'logs:CreateLogGroup', resource },
    { action: 'logs:DescribeLogStreams', resource },
    { action: 'logs:CreateLogStream', resource: `${resource}:${STREAM}` },
    { action: 'logs:PutLogEvents', resource: `${resource}:${STREAM}` },
  ];
}

function metric(namespace: string): Check {
  return {
    action: 'cloudwatch:PutMetricData',
    resource: '*',
    context: [['cloudwatch:namespace', [namespace]]],
  };
}

function componentsOf(endpointName: string, resources: readonly DeployedResource[]): string[] {
  return resources.flatMap(({ type, properties }) => {
    const isOurs =
      type === 'AWS::SageMaker::InferenceComponent' && properties.get('EndpointName') === endpointName;
    return isOurs ? [properties.text('InferenceComponentName')] : [];
  });
}
