import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { DataKey } from './data-key.ts';

export interface AlarmTopicProps {
  readonly encryptionKey: DataKey;
  /** Told of every alarm, after it has confirmed the subscription. @default - nobody */
  readonly email?: string;
}

/** Where the alarms of a stack are announced. Without subscribers it costs nothing. */
export class AlarmTopic extends Topic {
  constructor(scope: Construct, id: string, props: AlarmTopicProps) {
    super(scope, id, { masterKey: props.encryptionKey, enforceSSL: true });
    const { account, region, partition } = Stack.of(this);
    // A topic with a policy of its own has lost the default one, which let the account's alarms in.
    this.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': `arn:${partition}:cloudwatch:${region}:${account}:alarm:*` },
        },
      }),
    );
    if (props.email === undefined) return;
    const subscription = this.addSubscription(new EmailSubscription(props.email));
    acknowledge(
      subscription,
      'A mail that is not delivered is of no use later; the state of the alarm stays to be seen',
      'Serverless-SNSRedrivePolicy',
    );
  }
}
