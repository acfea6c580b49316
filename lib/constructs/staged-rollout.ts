import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Rollout } from '../config/rollout.ts';
import { acknowledge } from './acknowledge.ts';

export interface StagedRolloutProps {
  /** Its requests move to a new version step by step. The first deployment creates it without steps. */
  readonly alias: Alias;
  readonly strategy: Exclude<Rollout, 'all-at-once'>;
  /** Any of them takes the alias back to the version before. */
  readonly alarms: readonly IAlarm[];
}

const steps = {
  canary: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
  linear: LambdaDeploymentConfig.LINEAR_10PERCENT_EVERY_1MINUTE,
} as const;

/** Moves an alias to a new version by CodeDeploy, within the stack's update: where it goes back, the update does too. */
export class StagedRollout extends Construct {
  constructor(scope: Construct, id: string, props: StagedRolloutProps) {
    super(scope, id);
    const group = new LambdaDeploymentGroup(this, 'Group', {
      alias: props.alias,
      deploymentConfig: steps[props.strategy],
      alarms: [...props.alarms],
      autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: true },
    });
    acknowledge(
      group,
      'The policy that AWS has for rollouts without hooks: it moves aliases and reads alarms, and the role is for ' +
        'CodeDeploy alone',
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]',
    );
  }
}
