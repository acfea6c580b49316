import {
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  type ISecurityGroup,
  Peer,
  Port,
  SecurityGroup,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Fn, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { usedProviders } from '../../config/hosted-models.ts';
import type { Configuration } from '../../config/schema.ts';
import type { IsolatedVpc } from './isolated-vpc.ts';

/** A service of AWS that is reached over an interface in the VPC. */
interface Service {
  readonly id: string;
  /** Prefix of the service's actions in IAM. */
  readonly actions: string;
  readonly service: InterfaceVpcEndpointAwsService;
  /** Whether the service's own name leads to the endpoint. DynamoDB and S3 are addressed by the endpoint's name instead. */
  readonly privateDns: boolean;
  /** Whether what is called belongs to the account; the models of Bedrock belong to AWS. */
  readonly ownResources: boolean;
}

const always: readonly Service[] = [
  {
    id: 'DynamoDb',
    actions: 'dynamodb',
    service: InterfaceVpcEndpointAwsService.DYNAMODB,
    privateDns: false,
    ownResources: true,
  },
  {
    id: 'S3',
    actions: 's3',
    service: InterfaceVpcEndpointAwsService.S3,
    privateDns: false,
    ownResources: true,
  },
  {
    id: 'Kms',
    actions: 'kms',
    service: InterfaceVpcEndpointAwsService.KMS,
    privateDns: true,
    ownResources: true,
  },
  {
    id: 'Sts',
    actions: 'sts',
    service: InterfaceVpcEndpointAwsService.STS,
    privateDns: true,
    ownResources: true,
  },
  {
    id: 'SecretsManager',
    actions: 'secretsmanager',
    service: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
    privateDns: true,
    ownResources: true,
  },
  {
    id: 'Sqs',
    actions: 'sqs',
    service: InterfaceVpcEndpointAwsService.SQS,
    privateDns: true,
    ownResources: true,
  },
];
const forSageMaker: Service = {
  id: 'SageMakerRuntime',
  actions: 'sagemaker',
  service: InterfaceVpcEndpointAwsService.SAGEMAKER_RUNTIME,
  privateDns: true,
  ownResources: true,
};
const forBedrock: Service = {
  id: 'BedrockRuntime',
  actions: 'bedrock',
  service: InterfaceVpcEndpointAwsService.BEDROCK_RUNTIME,
  privateDns: true,
  ownResources: false,
};

export interface ServiceEndpointsProps {
  readonly vpc: IsolatedVpc;
  readonly configuration: Configuration;
  /** That of the functions, which gets a way to the endpoints. */
  readonly functions: SecurityGroup;
  /** Address ranges from which the API may be called. */
  readonly callerRanges: readonly string[];
}

/**
 * The services of AWS that the deployment uses, and its own API, as interfaces in the VPC. Each lets through only calls
 * of this account to what belongs to it. What an encrypted service asks of KMS, and Lambda's logs, go other ways.
 *
 * Interfaces for DynamoDB and S3 too, although gateways would cost nothing: a security group can name a gateway only by a
 * prefix list whose id differs by region and would have to be looked up.
 */
export class ServiceEndpoints extends Construct {
  /** Where functions find DynamoDB. */
  readonly dynamodbUrl: string;
  /** Where functions find S3, with the bucket's name in the path. */
  readonly s3Url: string;
  /** Where callers find the API. */
  readonly api: InterfaceVpcEndpoint;

  constructor(scope: Construct, id: string, props: ServiceEndpointsProps) {
    super(scope, id);
    const { vpc, configuration, functions } = props;
    const services = new SecurityGroup(this, 'Services', {
      vpc: vpc.vpc,
      description: 'Endpoints of AWS services',
      allowAllOutbound: false,
    });
    functions.connections.allowTo(services, Port.HTTPS, 'Services of AWS');
    const endpoints = new Map(
      servicesOf(configuration).map((service) => [service.id, this.endpoint(service, vpc, services)]),
    );
    this.dynamodbUrl = `https://${firstDnsName(endpoints.get('DynamoDb'))}`;
    // That of S3 is `*.vpce-…`: https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
    this.s3Url = `https://bucket.${Fn.select(1, Fn.split('*.', firstDnsName(endpoints.get('S3'))))}`;
    this.api = this.apiEndpoint(vpc, props.callerRanges);
  }

  private endpoint(service: Service, vpc: IsolatedVpc, securityGroup: ISecurityGroup): InterfaceVpcEndpoint {
    const endpoint = new InterfaceVpcEndpoint(this, service.id, {
      vpc: vpc.vpc,
      service: service.service,
      subnets: { subnets: [...vpc.functionSubnets] },
      securityGroups: [securityGroup],
      privateDnsEnabled: service.privateDns,
      open: false,
    });
    const { account } = Stack.of(this);
    endpoint.addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: [`${service.actions}:*`],
        resources: ['*'],
        conditions: {
          StringEquals: {
            'aws:PrincipalAccount': account,
            ...(service.ownResources && { 'aws:ResourceAccount': account }),
          },
        },
      }),
    );
    return endpoint;
  }

  // Callers come with an API key, not with an AWS identity, so the policy limits what is called and not who calls.
  private apiEndpoint(vpc: IsolatedVpc, callerRanges: readonly string[]): InterfaceVpcEndpoint {
    const callers = new SecurityGroup(this, 'Callers', {
      vpc: vpc.vpc,
      description: 'Endpoint of the API',
      allowAllOutbound: false,
    });
    for (const range of [vpc.addressRange, ...callerRanges]) {
      callers.addIngressRule(Peer.ipv4(range), Port.HTTPS, 'Callers of the API');
    }
    const endpoint = new InterfaceVpcEndpoint(this, 'Api', {
      vpc: vpc.vpc,
      service: InterfaceVpcEndpointAwsService.APIGATEWAY,
      subnets: { subnets: [...vpc.functionSubnets] },
      securityGroups: [callers],
      privateDnsEnabled: true,
      open: false,
    });
    endpoint.addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: ['execute-api:Invoke'],
        resources: [Stack.of(this).formatArn({ service: 'execute-api', resource: '*' })],
      }),
    );
    return endpoint;
  }
}

function servicesOf(configuration: Configuration): Service[] {
  const kinds = new Set(usedProviders(configuration).map((name) => configuration.providers[name]?.kind));
  return [
    ...always,
    ...(kinds.has('sagemaker') ? [forSageMaker] : []),
    ...(kinds.has('bedrock') || Object.keys(configuration.bedrockGuardrails).length > 0 ? [forBedrock] : []),
  ];
}

/** The name that leads to the endpoint in every zone. An entry is written `<hosted zone>:<name>`; it is the first. */
function firstDnsName(endpoint: InterfaceVpcEndpoint | undefined): string {
  if (endpoint === undefined) throw new Error('the endpoint was not made');
  return Fn.select(1, Fn.split(':', Fn.select(0, endpoint.vpcEndpointDnsEntries)));
}
