import { encryptionContextKeys } from '../encryption-context.ts';
import { firstUnmet, type Requirement, roleDecisions, serviceDecisions } from './requirement.ts';

/**
 * Lambda looks, when an event source is made, whether the function's role may poll the queue.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
 */
export const queueSourceRole: Requirement = ({ queueSource }, enforcer, resources) => {
  if (!queueSource) return undefined;
  const { queueArn, functionArn } = queueSource;
  const definition = resources.find(
    ({ function: candidate }) => candidate && functionArn.startsWith(candidate.arn),
  )?.function;
  if (!definition) return { message: 'Function not found', because: `there is no function ${functionArn}` };
  const queue = resources.find(({ attributes }) => attributes?.Arn === queueArn);
  const visibilityMs = (queue?.properties.optionalNumber('VisibilityTimeout') ?? 30) * 1_000;
  if (visibilityMs < definition.timeoutMs) {
    return {
      message: `Queue visibility timeout: ${visibilityMs / 1_000} seconds is less than Function timeout: ${definition.timeoutMs / 1_000} seconds`,
      because: 'a message would be handed out again while the function still works on it',
    };
  }
  const keyArn = enforcer.keyOf(queueArn);
  const { region } = enforcer.scope;
  const checks = [
    ...['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map((operation) => ({
      action: `sqs:${operation}`,
      resource: queueArn,
    })),
    ...(keyArn === undefined
      ? []
      : [
          {
            action: 'kms:Decrypt',
            resource: keyArn,
            context: [
              ['kms:viaservice', [`sqs.${region}.amazonaws.com`]],
              ...encryptionContextKeys({ 'aws:sqs:arn': queueArn }),
            ] as const,
          },
        ]),
  ];
  return firstUnmet(
    'The function execution role does not have permissions to poll the queue',
    roleDecisions(enforcer, 'lambda.amazonaws.com', definition.roleArn, checks),
  );
};

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-lambda-permissions */
export const scheduledFunction: Requirement = ({ schedules = [] }, enforcer) => {
  for (const { ruleArn, functionArn } of schedules) {
    const unmet = firstUnmet(
      `EventBridge could not invoke ${functionArn}`,
      serviceDecisions(enforcer, 'events.amazonaws.com', ruleArn, [
        { action: 'lambda:InvokeFunction', resource: functionArn },
      ]),
    );
    if (unmet) return unmet;
  }
  return undefined;
};
