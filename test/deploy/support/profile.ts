/**
 * What is left out of a deployment to moto although moto knows the type, and why. Types that moto does not know are left
 * out too; the test prints them. All of these are covered by the templates' rules and by the local runtime, which
 * executes the same templates.
 */
export const leftOut: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::RestApi': 'its deployment fails',
  'AWS::ApiGateway::Resource': 'part of the REST API',
  'AWS::ApiGateway::Method': 'part of the REST API',
  'AWS::ApiGateway::Deployment':
    'moto ignores DependsOn and makes it before the methods: "The REST API doesn\'t contain any methods"',
  'AWS::SageMaker::EndpointConfig': 'moto refuses current GPU instance types',
  'AWS::SageMaker::Endpoint': 'needs its configuration',
};

/** Properties that are left out because moto fails over them, by type. */
export const leftOutProperties: Readonly<Record<string, readonly string[]>> = {
  // moto reads TagKey and TagValue, which are KMS's names and not CloudFormation's.
  'AWS::KMS::Key': ['Tags'],
};
