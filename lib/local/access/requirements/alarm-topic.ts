import { firstUnmet, type Requirement, serviceDecisions } from './requirement.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html */
export const alarmTopic: Requirement = ({ properties, attributes }, enforcer, resources) => {
  const topics = [...properties.list('AlarmActions'), ...properties.list('OKActions')].map(String);
  for (const topicArn of new Set(topics.filter((arn) => arn.split(':')[2] === 'sns'))) {
    if (!resources.some(({ ref }) => ref === topicArn)) continue;
    const keyArn = enforcer.keyOf(topicArn);
    const ofKey = ['kms:Decrypt', 'kms:GenerateDataKey'].map((action) => ({
      action,
      resource: keyArn ?? '',
    }));
    const checks = [{ action: 'sns:Publish', resource: topicArn }, ...(keyArn === undefined ? [] : ofKey)];
    const unmet = firstUnmet(
      `CloudWatch could not tell ${topicArn} of the alarm`,
      serviceDecisions(enforcer, 'cloudwatch.amazonaws.com', attributes?.Arn ?? '', checks),
    );
    if (unmet) return unmet;
  }
  return undefined;
};
