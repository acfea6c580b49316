import type { SQSClient } from '@aws-sdk/client-sqs';
import { isSiloDeclared, type Silos, siloQueueName } from '../config/silos.ts';

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

/**
 * The queues of jobs to run: one that most tenants share, in which the tenant is the message group, so that one tenant's
 * backlog does not delay another's; and one for each silo.
 */
export class JobQueue {
  readonly #sharedUrl: string;
  readonly #deployment: Silos & { readonly name: string };
  readonly #client: () => Promise<SQSClient>;

  /** @param sharedUrl - those of the silos differ from it in the name */
  constructor(
    sharedUrl: string,
    deployment: Silos & { readonly name: string },
    client: () => Promise<SQSClient> = sharedSqsClient,
  ) {
    this.#sharedUrl = sharedUrl;
    this.#deployment = deployment;
    this.#client = client;
  }

  /** @param delayMs - how long the message stays hidden, at most 15 minutes */
  async send(message: JobMessage, delayMs = 0): Promise<void> {
    const { SendMessageCommand } = await import('@aws-sdk/client-sqs');
    const client = await this.#client();
    await client.send(
      new SendMessageCommand({
        QueueUrl: this.#urlFor(message.tenantId),
        MessageBody: JSON.stringify(message),
        MessageGroupId: message.tenantId,
        DelaySeconds: Math.min(maxDelaySeconds, Math.max(0, Math.ceil(delayMs / 1_000))),
      }),
    );
  }

  /**
   * Hides a message that is being worked on for so long from now.
   *
   * @param queueArn - where the message came from, which need not be where the tenant's messages go now
   */
  async hide(queueArn: string, receiptHandle: string, forMs: number): Promise<void> {
    const { ChangeMessageVisibilityCommand } = await import('@aws-sdk/client-sqs');
    const client = await this.#client();
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: this.#urlOf(queueArn.slice(queueArn.lastIndexOf(':') + 1)),
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: Math.ceil(forMs / 1_000),
      }),
    );
  }

  #urlFor(tenantId: string): string {
    if (!isSiloDeclared(this.#deployment, tenantId)) return this.#sharedUrl;
    return this.#urlOf(siloQueueName(this.#deployment.name, tenantId));
  }

  #urlOf(queueName: string): string {
    return `${this.#sharedUrl.slice(0, this.#sharedUrl.lastIndexOf('/'))}/${queueName}`;
  }
}
