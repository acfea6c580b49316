import type { ISecurityGroup, ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { FunctionProps } from 'aws-cdk-lib/aws-lambda';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** The private network in which a function runs. */
export interface FunctionNetwork {
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  readonly securityGroup: ISecurityGroup;
  /** Where the function finds DynamoDB. */
  readonly dynamodbUrl: string;
  /** Where the function finds S3. */
  readonly s3Url: string;
}

/** The properties of a function by which it runs in a network. */
export function inNetwork(
  network: FunctionNetwork | undefined,
): Pick<FunctionProps, 'vpc' | 'vpcSubnets' | 'securityGroups' | 'environment'> {
  if (network === undefined) return {};
  return {
    vpc: network.vpc,
    vpcSubnets: { subnets: [...network.subnets] },
    securityGroups: [network.securityGroup],
    environment: { AWS_ENDPOINT_URL_DYNAMODB: network.dynamodbUrl, AWS_ENDPOINT_URL_S3: network.s3Url },
  };
}

/**
 * What Lambda does in a function's name to connect it: narrower than the managed policy AWSLambdaVPCAccessExecutionRole,
 * which allows it everywhere. Lambda wants the right to delete and to assign on all resources of the account, and
 * describing has no resources.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
export function networkAccess(scope: Construct, network: FunctionNetwork | undefined): PolicyStatement[] {
  if (network === undefined) return [];
  const arn = (resource: string) => Stack.of(scope).formatArn({ service: 'ec2', resource });
  return [
    new PolicyStatement({
      actions: ['ec2:CreateNetworkInterface'],
      resources: [
        arn('network-interface/*'),
        arn(`security-group/${network.securityGroup.securityGroupId}`),
        ...network.subnets.map(({ subnetId }) => arn(`subnet/${subnetId}`)),
      ],
    }),
    new PolicyStatement({
      actions: [
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
      resources: [arn('*/*')],
    }),
    new PolicyStatement({
      actions: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'],
      resources: ['*'],
    }),
  ];
}
