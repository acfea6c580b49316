/** Types that are billed by use alone. What they cost per request is in the costs of requests. */
const billedByUse: Readonly<Record<string, readonly string[]>> = {
  ApiGateway: ['RestApi'],
  Cognito: ['UserPool'],
  EC2: ['FlowLog'],
  Events: ['EventBus'],
  Lambda: ['Function'],
  Logs: ['LogGroup'],
  S3: ['Bucket'],
  S3Vectors: ['Index', 'VectorBucket'],
  SNS: ['Subscription', 'Topic'],
  SQS: ['Queue'],
  Scheduler: ['Schedule'],
  StepFunctions: ['StateMachine'],
};

/** Types that are never billed, or only through another resource of the template. */
const free: Readonly<Record<string, readonly string[]>> = {
  ApiGateway: [
    'Account',
    'ApiKey',
    'Authorizer',
    'BasePathMapping',
    'BasePathMappingV2',
    'Deployment',
    'DomainName',
    'DomainNameAccessAssociation',
    'DomainNameV2',
    'GatewayResponse',
    'Method',
    'Model',
    'RequestValidator',
    'Resource',
    'UsagePlan',
    'UsagePlanKey',
  ],
  ApplicationAutoScaling: ['ScalableTarget'],
  Cognito: ['ManagedLoginBranding', 'UserPoolClient', 'UserPoolDomain'],
  EC2: [
    'DHCPOptions',
    'InternetGateway',
    'NetworkAcl',
    'NetworkAclEntry',
    'Route',
    'RouteTable',
    'SecurityGroup',
    'SecurityGroupEgress',
    'SecurityGroupIngress',
    'Subnet',
    'SubnetNetworkAclAssociation',
    'SubnetRouteTableAssociation',
    'VPC',
    'VPCCidrBlock',
    'VPCDHCPOptionsAssociation',
    'VPCGatewayAttachment',
  ],
  KMS: ['Alias'],
  Lambda: ['CodeSigningConfig', 'EventInvokeConfig', 'LayerVersion', 'Permission'],
  Logs: ['MetricFilter', 'QueryDefinition', 'ResourcePolicy'],
  NetworkFirewall: ['FirewallPolicy', 'LoggingConfiguration', 'RuleGroup'],
  Route53: ['RecordSet'],
  S3: ['BucketPolicy'],
  S3Vectors: ['VectorBucketPolicy'],
  SNS: ['TopicPolicy'],
  SQS: ['QueuePolicy'],
  SSM: ['Parameter'],
  // Machines are billed, and the endpoint's configuration says which.
  SageMaker: ['Endpoint', 'InferenceComponent', 'Model'],
  Scheduler: ['ScheduleGroup'],
  SecretsManager: ['ResourcePolicy', 'RotationSchedule'],
  WAFv2: ['LoggingConfiguration', 'WebACLAssociation'],
};

/** Services of which nothing is billed. A rollout of a Lambda function by CodeDeploy is free. */
const freeServices: ReadonlySet<string> = new Set([
  'CDK',
  'CertificateManager',
  'CloudFormation',
  'CodeDeploy',
  'IAM',
]);

/** True for a type of resource that costs nothing by being there. */
export function costsNothingIdle(type: string): boolean {
  const [vendor, service = '', name = ''] = type.split('::');
  if (vendor === 'Custom' || freeServices.has(service)) return true;
  return [billedByUse, free].some((types) => types[service]?.includes(name));
}
