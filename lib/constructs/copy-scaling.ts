import {
  AdjustmentType,
  MetricAggregationType,
  PredefinedMetric,
  ScalableTarget,
  ServiceNamespace,
  StepScalingAction,
} from 'aws-cdk-lib/aws-applicationautoscaling';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { ApplicationScalingAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Role } from 'aws-cdk-lib/aws-iam';
import type { CfnInferenceComponent } from 'aws-cdk-lib/aws-sagemaker';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { EndpointConfiguration } from '../config/endpoints.ts';

export interface CopyScalingProps {
  readonly endpoint: EndpointConfiguration;
  readonly component: CfnInferenceComponent;
  /** The component's name, which a reference to it does not give. */
  readonly componentName: string;
}

/**
 * Keeps as many copies of a model as its load needs, down to none. A policy that aims at a load cannot leave zero,
 * where there is no load to see, so an alarm on refused requests wakes the first copy.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html
 */
export class CopyScaling extends Construct {
  constructor(scope: Construct, id: string, props: CopyScalingProps) {
    super(scope, id);
    const { endpoint, componentName } = props;
    const target = new ScalableTarget(this, 'Copies', {
      serviceNamespace: ServiceNamespace.SAGEMAKER,
      scalableDimension: 'sagemaker:inference-component:DesiredCopyCount',
      resourceId: `inference-component/${componentName}`,
      minCapacity: endpoint.minCopies,
      maxCapacity: endpoint.maxCopies,
      role: this.serviceLinkedRole(),
    });
    target.node.addDependency(props.component);
    target.scaleToTrackMetric('Load', {
      // Published every ten seconds; the other metrics of load come once a minute.
      predefinedMetric:
        PredefinedMetric.SAGEMAKER_INFERENCE_COMPONENT_CONCURRENT_REQUESTS_PER_COPY_HIGH_RESOLUTION,
      targetValue: endpoint.requestsPerCopy,
      scaleInCooldown: Duration.minutes(endpoint.idleMinutes),
      // A copy takes minutes to start. Until then its load is still counted on the others, and would start more.
      scaleOutCooldown: Duration.minutes(5),
    });
    if (endpoint.minCopies === 0) this.wakeFromZero(target, componentName);
  }

  private wakeFromZero(scalingTarget: ScalableTarget, componentName: string): void {
    const wake = new StepScalingAction(this, 'Wake', {
      scalingTarget,
      adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY,
      metricAggregationType: MetricAggregationType.MAXIMUM,
      cooldown: Duration.seconds(60),
    });
    wake.addAdjustment({ adjustment: 1, lowerBound: 0 });
    const refused = new Metric({
      namespace: 'AWS/SageMaker',
      metricName: 'NoCapacityInvocationFailures',
      dimensionsMap: { InferenceComponentName: componentName },
      statistic: Stats.SUM,
      period: Duration.minutes(1),
    });
    new Alarm(this, 'NoCapacity', {
      alarmDescription: `A request found no copy of ${componentName}; starts one`,
      metric: refused,
      threshold: 1,
      // AWS's example has "greater than", with which the first request wakes nothing.
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new ApplicationScalingAction(wake));
  }

  /** The only role that Application Auto Scaling uses for SageMaker. It makes it by itself, whatever role is named. */
  private serviceLinkedRole() {
    const { partition, account } = Stack.of(this);
    return Role.fromRoleArn(
      this,
      'Role',
      `arn:${partition}:iam::${account}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/` +
        'AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint',
      { mutable: false },
    );
  }
}
