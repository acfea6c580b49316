import { describe, expect, it } from 'vitest';
import type { ReceivedMessage } from '../../../../lib/local/event-sources/queue-client.ts';
import { queueEvent, succeededMessages } from '../../../../lib/local/event-sources/queue-event.ts';

const message = (id: string): ReceivedMessage => ({
  MessageId: id,
  ReceiptHandle: `handle-${id}`,
  Body: `body ${id}`,
  MD5OfBody: 'md5',
  Attributes: { ApproximateReceiveCount: '1', MessageGroupId: 'acme' },
  MessageAttributes: { trace: { DataType: 'String', StringValue: 't1' } },
});
const batch = [message('a'), message('b')];

describe('the event of a batch', () => {
  it("is Lambda's", () => {
    expect(queueEvent([message('a')], 'arn:aws:sqs:eu-west-1:000000000000:jobs')).toEqual({
      Records: [
        {
          messageId: 'a',
          receiptHandle: 'handle-a',
          body: 'body a',
          attributes: { ApproximateReceiveCount: '1', MessageGroupId: 'acme' },
          messageAttributes: {
            trace: { dataType: 'String', stringValue: 't1', stringListValues: [], binaryListValues: [] },
          },
          md5OfBody: 'md5',
          eventSource: 'aws:sqs',
          eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:jobs',
          awsRegion: 'eu-west-1',
        },
      ],
    });
  });
});

describe('the messages that are worked off', () => {
  it.each([
    [
      'all, where failures are not reported',
      { batchItemFailures: [{ itemIdentifier: 'a' }] },
      false,
      ['a', 'b'],
    ],
    ['all, where none failed', { batchItemFailures: [] }, true, ['a', 'b']],
    ['all, where nothing is answered', undefined, true, ['a', 'b']],
    ['all, where the list is null', { batchItemFailures: null }, true, ['a', 'b']],
    ['the others, where one failed', { batchItemFailures: [{ itemIdentifier: 'a' }] }, true, ['b']],
    ['none, where an unknown one is named', { batchItemFailures: [{ itemIdentifier: 'x' }] }, true, []],
    ['none, where one is not named', { batchItemFailures: [{}] }, true, []],
    ['none, where the list is no list', { batchItemFailures: 'a' }, true, []],
  ])('are %s', (_name, answer, reports, expected) => {
    expect(succeededMessages(batch, answer, reports).map(({ MessageId }) => MessageId)).toEqual(expected);
  });
});
