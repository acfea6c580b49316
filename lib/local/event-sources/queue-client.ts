import { ServiceError } from '../engines/json-service.ts';
import { callerSignature } from '../engines/operator-signature.ts';

/** A message as SQS hands it out. */
export interface ReceivedMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly MessageAttributes?: Readonly<Record<string, unknown>>;
}

export interface QueueClientOptions {
  readonly queueUrl: string;
  readonly region: string;
  /** With these SQS is called: Lambda polls a queue with the rights of the function's role. */
  readonly credentials: { readonly accessKeyId: string; readonly sessionToken: string };
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
const MOST_MESSAGES = 10;

/** The calls to SQS that Lambda makes for an event source. */
export class QueueClient {
  readonly #options: QueueClientOptions;

  constructor(options: QueueClientOptions) {
    this.#options = options;
  }

  /** Waits for messages, at most `waitSeconds`. */
  async receive(most: number, waitSeconds: number, signal: AbortSignal): Promise<readonly ReceivedMessage[]> {
    const { Messages: messages = [] } = await this.#call<{ Messages?: readonly ReceivedMessage[] }>(
      'ReceiveMessage',
      {
        MaxNumberOfMessages: Math.min(most, MOST_MESSAGES),
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['All'],
        AttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      },
      signal,
    );
    return messages;
  }

  /** Messages that were worked off leave the queue. */
  async delete(messages: readonly ReceivedMessage[]): Promise<void> {
    for (let from = 0; from < messages.length; from += MOST_MESSAGES) {
      const batch = messages.slice(from, from + MOST_MESSAGES);
      await this.#call('DeleteMessageBatch', {
        Entries: batch.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      });
    }
  }

  async #call<Output>(operation: string, input: object, signal?: AbortSignal): Promise<Output> {
    const { queueUrl, region, credentials } = this.#options;
    const answer = await fetch(new URL('/', queueUrl), {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `AmazonSQS.${operation}`,
        ...callerSignature('sqs', region, credentials),
      },
      body: JSON.stringify({ QueueUrl: queueUrl, ...input }),
      ...(signal && { signal }),
    });
    const body = (await answer.json()) as Record<string, unknown>;
    if (answer.ok) return body as Output;
    throw new ServiceError(
      String(body.__type ?? 'UnknownError')
        .split('#')
        .at(-1) ?? '',
      String(body.message ?? body.Message ?? `${operation} failed with status ${answer.status}`),
    );
  }
}
