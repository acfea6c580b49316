import { PolicyStatement, type PolicyStatementProps, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { EndpointConfiguration } from '../config/endpoints.ts';
import { acknowledge, acknowledgeWildcards, inStandards } from './acknowledge.ts';

export interface ModelRoleProps {
  readonly endpoint: EndpointConfiguration;
  /** The endpoint's and component's name in AWS. */
  readonly name: string;
  readonly repositoryArn: string;
  /** The endpoint is in a network of the deployment's. */
  readonly hasNetwork: boolean;
  /** The key of the machines' volumes. @default - the machines have disks of their own, which take no key */
  readonly volumeKeyArn?: string;
}

/**
 * The role under which SageMaker runs a model: it reads this model's image and files and writes this endpoint's logs and
 * metrics. The list is that of
 * https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms
 */
export class ModelRole extends Role {
  constructor(scope: Construct, id: string, props: ModelRoleProps) {
    const stack = Stack.of(scope);
    super(scope, id, {
      description: `Runs the model ${props.name}`,
      assumedBy: new ServicePrincipal('sagemaker.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
      }),
    });
    const { model } = props.endpoint;
    const statements = [
      ...pullingImage(props.repositoryArn),
      ...reporting(stack, props.name),
      ...('s3Uri' in model ? readingFiles(stack, model) : []),
      ...(props.volumeKeyArn === undefined ? [] : encryptingVolumes(props.volumeKeyArn)),
      ...(props.hasNetwork ? [joiningNetwork] : []),
    ].map((statement) => new PolicyStatement(statement));
    for (const statement of statements) this.addToPolicy(statement);
    acknowledge(
      this,
      'The permissions of one model, which go with it; a managed policy could be given to others too',
      ...inStandards('IAMNoInlinePolicy'),
    );
    acknowledgeWildcards(
      this,
      "The folder of the model's files and the streams of its own log groups; a registry's token, metrics of SageMaker's " +
        'and network interfaces have no ARN to name',
      statements,
    );
  }
}

function pullingImage(repositoryArn: string): PolicyStatementProps[] {
  return [
    {
      actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      resources: [repositoryArn],
    },
    // A token is for the registry as a whole; what it opens is what the statement above allows.
    { actions: ['ecr:GetAuthorizationToken'], resources: ['*'] },
  ];
}

function reporting({ partition, region, account }: Stack, name: string): PolicyStatementProps[] {
  const groups = [modelLogGroup(name), endpointLogGroup(name)].map(
    (group) => `arn:${partition}:logs:${region}:${account}:log-group:${group}`,
  );
  return [
    {
      actions: [
        'logs:CreateLogGroup',
        'logs:CreateLogStream',
        'logs:DescribeLogStreams',
        'logs:PutLogEvents',
      ],
      resources: groups.flatMap((group) => [group, `${group}:log-stream:*`]),
    },
    {
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      conditions: { StringLike: { 'cloudwatch:namespace': ['AWS/SageMaker', '/aws/sagemaker/*'] } },
    },
  ];
}

function readingFiles(
  { partition }: Stack,
  { s3Uri, kmsKeyArn }: { readonly s3Uri: string; readonly kmsKeyArn?: string | undefined },
): PolicyStatementProps[] {
  const { hostname, pathname } = new URL(s3Uri);
  const bucketArn = `arn:${partition}:s3:::${hostname}`;
  const prefix = pathname.slice(1);
  return [
    { actions: ['s3:GetObject'], resources: [`${bucketArn}/${prefix}*`] },
    {
      actions: ['s3:ListBucket'],
      resources: [bucketArn],
      conditions: { StringLike: { 's3:prefix': `${prefix}*` } },
    },
    ...(kmsKeyArn === undefined ? [] : [{ actions: ['kms:Decrypt'], resources: [kmsKeyArn] }]),
  ];
}

function encryptingVolumes(keyArn: string): PolicyStatementProps[] {
  return [
    {
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext'],
      resources: [keyArn],
    },
    {
      actions: ['kms:CreateGrant'],
      resources: [keyArn],
      conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    },
  ];
}

/** Network interfaces have no name before they exist, and Describe knows no resource. */
const joiningNetwork: PolicyStatementProps = {
  actions: [
    'ec2:CreateNetworkInterface',
    'ec2:CreateNetworkInterfacePermission',
    'ec2:DeleteNetworkInterface',
    'ec2:DeleteNetworkInterfacePermission',
    'ec2:DescribeDhcpOptions',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSecurityGroups',
    'ec2:DescribeSubnets',
    'ec2:DescribeVpcs',
  ],
  resources: ['*'],
};

/** Where the copies of an inference component write. */
export function modelLogGroup(component: string): string {
  return `/aws/sagemaker/InferenceComponents/${component}`;
}

/** Where an endpoint writes what belongs to no component. */
function endpointLogGroup(endpoint: string): string {
  return `/aws/sagemaker/Endpoints/${endpoint}`;
}
