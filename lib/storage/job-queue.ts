import type { SQSClient } from '@aws-sdk/client-sqs';

/** Wakes a worker: all that it does it reads from the table of jobs. */
export interface JobMessage {
  readonly tenantId: string;
  readonly jobId: string;
}

/** The longest that SQS delays a message. */
export const maxDelaySeconds = 900;

let shared: Promise<SQSClient> | undefined;

/** The process's one client, loaded with the first message. */
export function sharedSqsClient(): Promise<SQSClient> {
  shared ??= import('@aws-sdk/client-sqs').then(
    ({ SQSClient }) =>
      new SQSClient({
        maxAttempts: 4,
        // The queue's URL has the region's own host, which a private network has no address for; the endpoint has.
        useQueueUrlAsEndpoint: false,
        requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 },
      }),
  );
  return shared;
}

/** The queue of jobs to run. The tenant is the message group, so that one tenant's backlog does not delay another's. */
export class JobQueue {
  readonly #url: string;
  readonly #client: () => Promise<SQSClient>;

  constructor(url: string, client: () => Promise<SQSClient> = sharedSqsClient) {
    this.#url = url;
    this.#client = client;
  }

  /** @param delayMs - how long the message stays hidden, at most 15 minutes */
  async send(message: JobMessage, delayMs = 0): Promise<void> {
    const { SendMessageCommand } = await import('@aws-sdk/client-sqs');
    const client = await this.#client();
    await client.send(
      new SendMessageCommand({
        QueueUrl: this.#url,
        MessageBody: JSON.stringify(message),
        MessageGroupId: message.tenantId,
        DelaySeconds: Math.min(maxDelaySeconds, Math.max(0, Math.ceil(delayMs / 1_000))),
      }),
    );
  }

  /** Hides a message that is being worked on for so long from now. */
  async hide(receiptHandle: string, forMs: number): Promise<void> {
    const { ChangeMessageVisibilityCommand } = await import('@aws-sdk/client-sqs');
    const client = await this.#client();
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: this.#url,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: Math.ceil(forMs / 1_000),
      }),
    );
  }
}
