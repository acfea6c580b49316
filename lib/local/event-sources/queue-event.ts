import type { ReceivedMessage } from './queue-client.ts';

/** A message attribute as SQS has it; an event writes the same names in lower camel case. */
interface MessageAttribute {
  readonly DataType?: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

/** The event with which Lambda invokes a function for messages of a queue. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export function queueEvent(messages: readonly ReceivedMessage[], queueArn: string) {
  const awsRegion = queueArn.split(':')[3];
  return {
    Records: messages.map((message) => ({
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      attributes: message.Attributes ?? {},
      messageAttributes: Object.fromEntries(
        Object.entries(message.MessageAttributes ?? {}).map(([name, attribute]) => [
          name,
          toEventAttribute(attribute as MessageAttribute),
        ]),
      ),
      md5OfBody: message.MD5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion,
    })),
  };
}

function toEventAttribute({ DataType, StringValue, BinaryValue }: MessageAttribute) {
  return {
    dataType: DataType ?? 'String',
    ...(StringValue !== undefined && { stringValue: StringValue }),
    ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
    stringListValues: [],
    binaryListValues: [],
  };
}

/**
 * The messages of a batch that were worked off, by what the function answered.
 *
 * An answer that names an unknown message, or is not of the form, fails the whole batch, as in AWS.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export function succeededMessages(
  messages: readonly ReceivedMessage[],
  answer: unknown,
  reportsItemFailures: boolean,
): readonly ReceivedMessage[] {
  if (!reportsItemFailures) return messages;
  const failures =
    typeof answer === 'object' && answer !== null
      ? (answer as { batchItemFailures?: unknown }).batchItemFailures
      : undefined;
  if (failures === undefined || failures === null) return messages;
  if (!Array.isArray(failures)) return [];
  const failed = new Set<unknown>(
    failures.map((failure) => (failure as { itemIdentifier?: unknown } | null)?.itemIdentifier),
  );
  const known = new Set<unknown>(messages.map(({ MessageId }) => MessageId));
  if ([...failed].some((id) => !known.has(id))) return [];
  return messages.filter(({ MessageId }) => !failed.has(MessageId));
}
