import { servicesInRegion } from '../aws/parameters.ts';
import type { DeploymentPlan } from '../deployment-plan.ts';
import { findResources } from '../find-resources.ts';
import { type Check, failure, ok, warning } from './check.ts';

/** What AWS's public parameters call the services whose resources a template can have. */
const serviceNames: Readonly<Record<string, string>> = {
  'AWS::ApiGateway': 'apigateway',
  'AWS::CloudWatch': 'cloudwatch',
  'AWS::DynamoDB': 'dynamodb',
  'AWS::Events': 'events',
  'AWS::KMS': 'kms',
  'AWS::Lambda': 'lambda',
  'AWS::Logs': 'logs',
  'AWS::S3': 's3',
  'AWS::SageMaker': 'sagemaker',
  'AWS::SecretsManager': 'secretsmanager',
  'AWS::SNS': 'sns',
  'AWS::SQS': 'sqs',
  'AWS::StepFunctions': 'stepfunctions',
};

/** Not every region has every service. */
export const regionServices: Check = {
  title: 'services in the region',
  needs: ['ssm:GetParametersByPath'],
  run: async ({ plan, region, signal }) => {
    const offered = await servicesInRegion({ region }, { signal });
    if (offered.size === 0) {
      return [failure(`AWS lists no services for a region ${region}`, 'check the name of the region')];
    }
    const missing = neededServices(plan, region).filter((service) => !offered.has(service));
    if (missing.length > 0) {
      // AWS's list can lag behind a launch, so this does not end a deployment.
      return [
        warning(
          `${region} is not listed as having ${missing.join(', ')}`,
          'set `region` in the configuration to one that has it: https://builder.aws.com/build/capabilities',
        ),
      ];
    }
    return [ok(`${region} has all that are used`)];
  },
};

function neededServices(plan: DeploymentPlan, region: string): string[] {
  const declared = findResources(plan).map(({ declaration }) => {
    const namespace = declaration.Type.split('::').slice(0, 2).join('::');
    return serviceNames[namespace];
  });
  const called = Object.values(plan.configuration.providers).flatMap((provider) =>
    (provider.kind === 'bedrock' || provider.kind === 'sagemaker') && (provider.region ?? region) === region
      ? [provider.kind]
      : [],
  );
  return [...new Set([...declared, ...called])].filter((name) => name !== undefined).sort();
}
