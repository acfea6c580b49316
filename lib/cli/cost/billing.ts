import { instanceTypes } from '../../config/instance-types.ts';
import { isJsonObject, type Json, type JsonObject } from '../../local/json.ts';
import { costsNothingIdle } from './free-types.ts';
import { HOURS_PER_MONTH, prices } from './prices.ts';

/** What a resource costs by being there. */
export type Charge =
  | {
      readonly kind: 'monthly';
      readonly usdPerMonth: number;
      readonly basis: string;
      /** Of what is billed by the hour, used or not. @default - billed by the month */
      readonly usdPerHour?: number;
    }
  | {
      readonly kind: 'hourly';
      readonly instanceType: string;
      readonly minInstances: number;
      readonly maxInstances: number;
      /** Undefined where the price is not known. */
      readonly usdPerInstanceHour: number | undefined;
    }
  /** Billed, but this cost model has no price for it. */
  | { readonly kind: 'unknown'; readonly reason: string };

type Biller = (properties: JsonObject) => Charge[];

/**
 * What a resource of the template costs while nobody uses it, by its type.
 *
 * @returns an empty list for what is billed by use alone, or never
 */
export function standingCharges(type: string, properties: JsonObject): Charge[] {
  const bill = billers.get(type);
  if (bill !== undefined) return bill(properties);
  if (costsNothingIdle(type)) return [];
  return [{ kind: 'unknown', reason: `this cost model does not know ${type}` }];
}

const billers: ReadonlyMap<string, Biller> = new Map<string, Biller>([
  ['AWS::ApiGateway::Stage', billStage],
  ['AWS::ApplicationAutoScaling::ScalingPolicy', billScalingPolicy],
  ['AWS::CloudWatch::Alarm', billAlarm],
  ['AWS::CloudWatch::CompositeAlarm', () => monthly(prices.compositeAlarm.usd, '1 composite alarm')],
  ['AWS::CloudWatch::Dashboard', () => monthly(prices.dashboard.usd, '1 dashboard')],
  ['AWS::DynamoDB::Table', billTable],
  ['AWS::EC2::EIP', () => byHour(prices.publicAddress.usd, 1, 'public address')],
  ['AWS::EC2::NatGateway', () => byHour(prices.natGateway.usd, 1, 'NAT gateway')],
  ['AWS::EC2::VPCEndpoint', billVpcEndpoint],
  ['AWS::Events::Rule', billSchedule],
  [
    'AWS::KMS::Key',
    ({ EnableKeyRotation }) =>
      monthly(
        prices.kmsKey.usd,
        EnableKeyRotation === true ? '1 key; $1 more after each of 2 rotations' : '1 key',
      ),
  ],
  ['AWS::Lambda::Alias', billProvisionedConcurrency],
  ['AWS::Lambda::EventSourceMapping', billPolling],
  ['AWS::Lambda::Version', billProvisionedConcurrency],
  [
    'AWS::NetworkFirewall::Firewall',
    ({ SubnetMappings }) => byHour(prices.networkFirewall.usd, lengthOf(SubnetMappings), 'firewall endpoint'),
  ],
  ['AWS::Route53::HostedZone', () => monthly(prices.hostedZone.usd, '1 zone')],
  ['AWS::SageMaker::EndpointConfig', billEndpointConfig],
  ['AWS::SecretsManager::Secret', () => monthly(prices.secret.usd, '1 secret')],
  ['AWS::WAFv2::WebACL', billWebAcl],
]);

function monthly(usdPerMonth: number, basis: string): Charge[] {
  return [{ kind: 'monthly', usdPerMonth, basis }];
}

function byHour(usdPerHour: number, count: number, what: string): Charge[] {
  const basis = `${count} ${what}${count === 1 ? '' : 's'} × ${HOURS_PER_MONTH} h`;
  const total = usdPerHour * count;
  return [{ kind: 'monthly', usdPerMonth: total * HOURS_PER_MONTH, basis, usdPerHour: total }];
}

function billStage({ CacheClusterEnabled }: JsonObject): Charge[] {
  return CacheClusterEnabled === true
    ? [{ kind: 'unknown', reason: "an API's cache is billed by the hour" }]
    : [];
}

function billTable({ BillingMode }: JsonObject): Charge[] {
  if (BillingMode === 'PAY_PER_REQUEST') return [];
  return [{ kind: 'unknown', reason: 'a table with provisioned capacity is billed by the hour' }];
}

function billProvisionedConcurrency({ ProvisionedConcurrencyConfig }: JsonObject): Charge[] {
  if (ProvisionedConcurrencyConfig === undefined) return [];
  return [{ kind: 'unknown', reason: 'provisioned concurrency is billed by the hour' }];
}

/**
 * Lambda polls an empty queue with five connections, each of which waits at most 20 s for a message.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
function billPolling(): Charge[] {
  const polls = 5 * (3_600 / 20) * HOURS_PER_MONTH;
  return monthly((polls / 1_000_000) * prices.queueRequests.usd, '5 pollers of an empty queue, 20 s each');
}

/** The runs of a schedule that finds nothing to do: 300 ms of 512 MiB. The schedule itself is free. */
function billSchedule({ ScheduleExpression }: JsonObject): Charge[] {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(String(ScheduleExpression ?? '')) ?? [];
  if (count === undefined) return [];
  const minutes = Number(count) * { minute: 1, hour: 60, day: 1_440 }[unit as 'minute' | 'hour' | 'day'];
  const runs = Math.round((HOURS_PER_MONTH * 60) / minutes);
  const usd = (runs / 1_000_000) * prices.functionRequests.usd + runs * 0.3 * 0.5 * prices.functionArm.usd;
  return monthly(usd, `${runs.toLocaleString('en-US')} runs of 300 ms × 512 MiB`);
}

/** An alarm pays for each metric that it reads. */
function billAlarm({ Metrics, Period }: JsonObject): Charge[] {
  const queries = Array.isArray(Metrics) ? Metrics.filter(isJsonObject) : [];
  const periods = queries.flatMap(({ MetricStat }) => (isJsonObject(MetricStat) ? [MetricStat.Period] : []));
  const metrics = Math.max(1, periods.length);
  const isFast = [Period, ...periods].some((period) => typeof period === 'number' && period < 60);
  const price = isFast ? prices.fastAlarmMetric : prices.alarmMetric;
  return monthly(price.usd * metrics, `${metrics} metric${metrics === 1 ? '' : 's'}`);
}

/** Target tracking makes two alarms of its own, one to scale out and one to scale in. */
function billScalingPolicy({ TargetTrackingScalingPolicyConfiguration: tracking }: JsonObject): Charge[] {
  if (tracking === undefined) return [];
  const isFast = JSON.stringify(tracking).includes('HighResolution');
  const price = isFast ? prices.fastAlarmMetric : prices.alarmMetric;
  return monthly(2 * price.usd, `2 alarms that the policy makes${isFast ? ', of 10 s' : ''}`);
}

function billVpcEndpoint({ VpcEndpointType, SubnetIds }: JsonObject): Charge[] {
  // A gateway, which is free, is the default.
  if (VpcEndpointType === undefined || VpcEndpointType === 'Gateway') return [];
  return byHour(prices.interfaceEndpoint.usd, Math.max(1, lengthOf(SubnetIds)), 'endpoint zone');
}

function billWebAcl({ Rules }: JsonObject): Charge[] {
  const rules = lengthOf(Rules);
  return monthly(prices.webAcl.usd + rules * prices.webAclRule.usd, `1 web ACL, ${rules} rules`);
}

function billEndpointConfig({ ProductionVariants }: JsonObject): Charge[] {
  const variants = Array.isArray(ProductionVariants) ? ProductionVariants.filter(isJsonObject) : [];
  return variants.map((variant) => {
    const { InstanceType, InitialInstanceCount } = variant;
    if (typeof InstanceType !== 'string') {
      return { kind: 'unknown', reason: 'a variant without an instance type is billed by use' };
    }
    const scaling = isJsonObject(variant.ManagedInstanceScaling) ? variant.ManagedInstanceScaling : {};
    return {
      kind: 'hourly',
      instanceType: InstanceType,
      minInstances: Number(scaling.MinInstanceCount ?? InitialInstanceCount ?? 1),
      maxInstances: Number(scaling.MaxInstanceCount ?? InitialInstanceCount ?? 1),
      usdPerInstanceHour: instanceTypes.get(InstanceType)?.usdPerHour,
    };
  });
}

function lengthOf(value: Json | undefined): number {
  return Array.isArray(value) ? value.length : 0;
}
