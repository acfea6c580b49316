import { describe, expect, it } from 'vitest';
import { type ConfigurationName, configurationNames, configurations } from './configurations.ts';
import { synthesize } from './synthesize.ts';

/** The most characters of what is named after the deployment. CloudFormation cuts what it names itself to fit. */
const limits: Readonly<Record<string, number>> = {
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
  stack: 128,
  // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
  'AWS::Logs::LogGroup': 512,
  // https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html, and the same for components
  'AWS::SageMaker::Endpoint': 63,
  'AWS::SageMaker::InferenceComponent': 63,
  // https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_CreateFirewall.html, and the same for its rules
  'AWS::NetworkFirewall::Firewall': 128,
  'AWS::NetworkFirewall::FirewallPolicy': 128,
  'AWS::NetworkFirewall::RuleGroup': 128,
  // https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html
  'AWS::Lambda::Alias': 128,
  // https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
  'AWS::KMS::Alias': 256,
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html
  'AWS::SQS::Queue': 80,
  // API Gateway names no limit, so we keep to the least of the others that are not SageMaker's.
  'AWS::ApiGateway::RestApi': 128,
};

/** Stacks begin it with a capital. */
const longest = 'n'.repeat(32);

/** The property that is the name of a resource itself: `LogGroupName` of a log group, or `Name`. */
function nameOf(type: string, properties: Record<string, unknown>): unknown {
  const last = type.split('::').at(-1);
  return properties[`${last}Name`] ?? properties.Name;
}

function longNames(name: ConfigurationName): string[] {
  const app = synthesize({ ...configurations[name], name: longest });
  const stacks = app.stackNames.filter((stackName) => stackName.length > (limits.stack ?? 0));
  const resources = app.stackNames.flatMap((stackName) =>
    Object.values<{ Type: string; Properties?: Record<string, unknown> }>(
      app.template(stackName).toJSON().Resources,
    ).flatMap(({ Type, Properties = {} }) => {
      const given = nameOf(Type, Properties);
      if (typeof given !== 'string' || !given.includes(longest.slice(1))) return [];
      const limit = limits[Type];
      if (limit === undefined) return [`${Type} ${given}: its limit is not in this test`];
      return given.length > limit ? [`${Type} ${given}: ${given.length} characters`] : [];
    }),
  );
  return [...stacks, ...resources];
}

describe.each(configurationNames)('with the longest name, the configuration %s', (name) => {
  it('has no name that is too long for AWS', () => {
    expect(longNames(name)).toEqual([]);
  });
});
