import { describe, expect, it } from 'vitest';
import { standingCharges } from '../../../../lib/cli/cost/billing.ts';
import type { JsonObject } from '../../../../lib/local/json.ts';

/** US dollars a month for one resource. */
function perMonth(type: string, properties: JsonObject): number {
  const charges = standingCharges(type, properties);
  return charges.reduce(
    (sum, charge) => (charge.kind === 'monthly' ? sum + charge.usdPerMonth : Number.NaN),
    0,
  );
}

const metric = (Period: number) => ({ MetricStat: { Period } });

describe('what a resource costs by being there', () => {
  it.each<[string, string, JsonObject, number]>([
    ['a key', 'AWS::KMS::Key', {}, 1],
    ['a secret', 'AWS::SecretsManager::Secret', {}, 0.4],
    ['an alarm', 'AWS::CloudWatch::Alarm', { Period: 60 }, 0.1],
    ['an alarm under a minute', 'AWS::CloudWatch::Alarm', { Period: 10 }, 0.3],
    [
      'an alarm on an expression, by its metrics',
      'AWS::CloudWatch::Alarm',
      { Metrics: [{ Expression: 'a / b' }, metric(60), metric(60)] },
      0.2,
    ],
    [
      'a target-tracking policy, by the two alarms that it makes',
      'AWS::ApplicationAutoScaling::ScalingPolicy',
      { TargetTrackingScalingPolicyConfiguration: { TargetValue: 5 } },
      0.2,
    ],
    [
      'a step policy',
      'AWS::ApplicationAutoScaling::ScalingPolicy',
      { StepScalingPolicyConfiguration: {} },
      0,
    ],
    ['a web ACL with three rules', 'AWS::WAFv2::WebACL', { Rules: [{}, {}, {}] }, 8],
    ['a gateway endpoint', 'AWS::EC2::VPCEndpoint', {}, 0],
    [
      'an interface endpoint in two zones',
      'AWS::EC2::VPCEndpoint',
      { VpcEndpointType: 'Interface', SubnetIds: ['a', 'b'] },
      0.01 * 2 * 730,
    ],
    ['a NAT gateway', 'AWS::EC2::NatGateway', {}, 0.045 * 730],
    [
      'a firewall in two zones',
      'AWS::NetworkFirewall::Firewall',
      { SubnetMappings: [{}, {}] },
      0.395 * 2 * 730,
    ],
    ['a table on demand', 'AWS::DynamoDB::Table', { BillingMode: 'PAY_PER_REQUEST' }, 0],
    ['a function', 'AWS::Lambda::Function', {}, 0],
    ['the pollers of a queue', 'AWS::Lambda::EventSourceMapping', {}, (5 * 180 * 730 * 0.4) / 1e6],
    [
      'a schedule that runs every hour',
      'AWS::Events::Rule',
      { ScheduleExpression: 'rate(1 hour)' },
      (730 * 0.2) / 1e6 + 730 * 0.15 * 0.0000133334,
    ],
    ['a rule that waits for events', 'AWS::Events::Rule', { EventPattern: {} }, 0],
    ['a flow log', 'AWS::EC2::FlowLog', {}, 0],
    ['a rollout', 'AWS::CodeDeploy::DeploymentGroup', {}, 0],
    ['an endpoint, whose configuration is billed', 'AWS::SageMaker::Endpoint', {}, 0],
  ])('%s', (_, type, properties, expected) => {
    expect(perMonth(type, properties)).toBeCloseTo(expected, 10);
  });

  it('is that of its machines, for an endpoint', () => {
    const variant = {
      InstanceType: 'ml.g6.xlarge',
      InitialInstanceCount: 1,
      ManagedInstanceScaling: { MinInstanceCount: 0, MaxInstanceCount: 4 },
    };
    expect(standingCharges('AWS::SageMaker::EndpointConfig', { ProductionVariants: [variant] })).toEqual([
      {
        kind: 'hourly',
        instanceType: 'ml.g6.xlarge',
        minInstances: 0,
        maxInstances: 4,
        usdPerInstanceHour: 1.1267,
      },
    ]);
  });

  it.each<[string, JsonObject, string]>([
    [
      'AWS::OpenSearchServerless::Collection',
      {},
      'this cost model does not know AWS::OpenSearchServerless::Collection',
    ],
    ['AWS::ApiGateway::Stage', { CacheClusterEnabled: true }, "an API's cache is billed by the hour"],
    ['AWS::DynamoDB::Table', {}, 'a table with provisioned capacity is billed by the hour'],
    [
      'AWS::Lambda::Alias',
      { ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 1 } },
      'provisioned concurrency is billed by the hour',
    ],
  ])('is unknown, not nothing, for %s %o', (type, properties, reason) => {
    expect(standingCharges(type, properties)).toEqual([{ kind: 'unknown', reason }]);
  });
});
