import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { EndpointConfiguration } from '../config/endpoints.ts';

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
    const { account } = Stack.of(scope);
    super(scope, id, {
      description: `Runs the model ${props.name}`,
      assumedBy: new ServicePrincipal('sagemaker.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    this.mayPull(props.repositoryArn);
    this.mayReport(props.name);
    if ('s3Uri' in props.endpoint.model) this.mayRead(props.endpoint.model);
    if (props.volumeKeyArn !== undefined) this.mayEncryptVolumes(props.volumeKeyArn);
    if (props.hasNetwork) this.mayJoinNetwork();
  }

  private mayPull(repositoryArn: string): void {
    this.allow(
      ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      [repositoryArn],
    );
    // A token is for the registry as a whole; what it opens is what the statement above allows.
    this.allow(['ecr:GetAuthorizationToken'], ['*']);
  }

  private mayReport(name: string): void {
    const { partition, region, account } = Stack.of(this);
    const logs = `arn:${partition}:logs:${region}:${account}:log-group`;
    this.allow(
      ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      [modelLogGroup(name), endpointLogGroup(name)].flatMap((group) => [
        `${logs}:${group}`,
        `${logs}:${group}:log-stream:*`,
      ]),
    );
    this.addToPolicy(
      new PolicyStatement({
        actions: ['cloudwatch:PutMetricData'],
        resources: ['*'],
        conditions: { StringLike: { 'cloudwatch:namespace': ['AWS/SageMaker', '/aws/sagemaker/*'] } },
      }),
    );
  }

  private mayRead({ s3Uri, kmsKeyArn }: { s3Uri: string; kmsKeyArn?: string | undefined }): void {
    const { partition } = Stack.of(this);
    const { hostname: bucket, pathname } = new URL(s3Uri);
    const prefix = pathname.slice(1);
    this.allow(['s3:GetObject'], [`arn:${partition}:s3:::${bucket}/${prefix}*`]);
    this.addToPolicy(
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [`arn:${partition}:s3:::${bucket}`],
        conditions: { StringLike: { 's3:prefix': `${prefix}*` } },
      }),
    );
    if (kmsKeyArn !== undefined) this.allow(['kms:Decrypt'], [kmsKeyArn]);
  }

  private mayEncryptVolumes(keyArn: string): void {
    this.allow(['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext'], [keyArn]);
    this.addToPolicy(
      new PolicyStatement({
        actions: ['kms:CreateGrant'],
        resources: [keyArn],
        conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
      }),
    );
  }

  private mayJoinNetwork(): void {
    // Network interfaces have no name before they exist, and Describe knows no resource.
    this.allow(
      [
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
      ['*'],
    );
  }

  private allow(actions: string[], resources: string[]): void {
    this.addToPolicy(new PolicyStatement({ actions, resources }));
  }
}

/** Where the copies of an inference component write. */
export function modelLogGroup(component: string): string {
  return `/aws/sagemaker/InferenceComponents/${component}`;
}

/** Where an endpoint writes what belongs to no component. */
function endpointLogGroup(endpoint: string): string {
  return `/aws/sagemaker/Endpoints/${endpoint}`;
}
