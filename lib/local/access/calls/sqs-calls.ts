import type { CallScope, Check, ServiceCall } from '../check.ts';

/** Batches are allowed by the permission for one message. */
const singular: Readonly<Record<string, string>> = {
  SendMessageBatch: 'SendMessage',
  DeleteMessageBatch: 'DeleteMessage',
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
};

/**
 * The permission that a call to SQS needs.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
 */
export function sqsChecks({ operation, input }: ServiceCall, scope: CallScope): readonly Check[] {
  const action = `sqs:${singular[operation] ?? operation}`;
  const name = queueName(input);
  if (name === undefined) return [{ action, resource: '*' }];
  return [{ action, resource: `arn:${scope.partition}:sqs:${scope.region}:${scope.accountId}:${name}` }];
}

function queueName({ QueueUrl: url, QueueName: name }: ServiceCall['input']): string | undefined {
  if (typeof url === 'string') return url.split('/').at(-1);
  return typeof name === 'string' ? name : undefined;
}
