import {
  Alarm,
  ComparisonOperator,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** In percent of the requests of a minute; below the tenth of all requests that a new version gets first. */
const TOLERATED_ERRORS = 5;

/** Below this many requests in a minute, one failure says nothing about the rest. */
const FEWEST_REQUESTS = 10;

export interface VersionErrorAlarmProps {
  readonly functionName: string;
  /** The number of the new version. */
  readonly version: string;
  /** Name of the alias that sends the version a part of the requests. */
  readonly aliasName: string;
  readonly topic: ITopic;
}

/**
 * Goes off when calls of a version that is being rolled out crash or time out. CloudWatch has these numbers only while
 * the alias is divided between two versions, so this alarm is about rollouts alone.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
 */
export function versionErrorAlarm(scope: Construct, id: string, props: VersionErrorAlarmProps): Alarm {
  const { functionName, version, aliasName } = props;
  const dimensionsMap = {
    FunctionName: functionName,
    Resource: `${functionName}:${aliasName}`,
    ExecutedVersion: version,
  };
  return errorRateAlarm(scope, id, {
    description: 'Calls of the new version crash or time out',
    errors: sumPerMinute('AWS/Lambda', 'Errors', dimensionsMap),
    requests: sumPerMinute('AWS/Lambda', 'Invocations', dimensionsMap),
    // A new version gets a tenth of what may be little. That it crashes at all is reason enough to look.
    fewestRequests: 1,
    topic: props.topic,
  });
}

export interface ServerErrorAlarmProps {
  readonly apiName: string;
  readonly stageName: string;
  readonly topic: ITopic;
}

/** Goes off when an API answers too many requests with 5xx, its own or the function's. */
export function serverErrorAlarm(scope: Construct, id: string, props: ServerErrorAlarmProps): Alarm {
  const dimensionsMap = { ApiName: props.apiName, Stage: props.stageName };
  return errorRateAlarm(scope, id, {
    description: `More than ${TOLERATED_ERRORS} % of the requests are answered with 5xx`,
    errors: sumPerMinute('AWS/ApiGateway', '5XXError', dimensionsMap),
    requests: sumPerMinute('AWS/ApiGateway', 'Count', dimensionsMap),
    fewestRequests: FEWEST_REQUESTS,
    topic: props.topic,
  });
}

interface ErrorRateAlarmProps {
  readonly description: string;
  readonly errors: Metric;
  readonly requests: Metric;
  readonly fewestRequests: number;
  readonly topic: ITopic;
}

function errorRateAlarm(scope: Construct, id: string, props: ErrorRateAlarmProps): Alarm {
  const alarm = new Alarm(scope, id, {
    alarmDescription: props.description,
    metric: new MathExpression({
      label: 'errors in percent of requests',
      expression: `IF(requests >= ${props.fewestRequests}, 100 * errors / requests, 0)`,
      usingMetrics: { errors: props.errors, requests: props.requests },
      period: Duration.minutes(1),
    }),
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    threshold: TOLERATED_ERRORS,
    evaluationPeriods: 1,
    // A minute without requests has no numbers at all.
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  alarm.addAlarmAction(new SnsAction(props.topic));
  return alarm;
}

function sumPerMinute(namespace: string, metricName: string, dimensionsMap: Record<string, string>): Metric {
  return new Metric({ namespace, metricName, dimensionsMap, statistic: 'Sum', period: Duration.minutes(1) });
}
