import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { BundledFunction } from './bundled-function.ts';
import type { DataKey } from './data-key.ts';
import type { UsableResource } from './usable-resource.ts';

/** The operations that our functions call on a queue. */
export type QueueOperation = 'SendMessage' | 'ChangeMessageVisibility';

export interface WorkQueueProps {
  readonly encryptionKey: DataKey;
  /** How long a message stays hidden from when it is handed out: at least the time-out of the function that it feeds. */
  readonly visibilityTimeout: Duration;
  /** How often a message is handed out before it goes to the dead letters. */
  readonly maxReceiveCount: number;
  /** Tenants with a queue of their own, and what it is called. @default - all tenants share one */
  readonly own?: Readonly<Record<string, string>>;
}

export interface FedFunctionProps {
  /** Messages in one invocation, at most. */
  readonly batchSize: number;
  /** Invocations at a time, at most: 2 to 1000. */
  readonly maxConcurrency: number;
}

/** As long as SQS keeps a message. */
const LONGEST_RETENTION = Duration.days(14);

/**
 * A standard queue whose messages name their tenant as their group: SQS then hands out those of tenants with few
 * messages first, so that one tenant's backlog delays no other. A message that cannot be worked off ends among the dead
 * letters.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
 */
export class WorkQueue extends Construct implements UsableResource<QueueOperation> {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  private readonly key: DataKey;
  private readonly own: Readonly<Record<string, Queue>>;
  /** By their names, so that a stack that comes later holds on to none of a tenant's own. */
  private readonly queueArns: readonly string[];

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    const { encryptionKey, visibilityTimeout, maxReceiveCount } = props;
    this.key = encryptionKey;
    const encrypted = {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: encryptionKey,
      // The longest: KMS bills each time.
      dataKeyReuse: Duration.hours(24),
      enforceSSL: true,
      retentionPeriod: LONGEST_RETENTION,
    };
    this.deadLetters = new Queue(this, 'DeadLetters', encrypted);
    acknowledge(
      this.deadLetters,
      'It is where the messages of another queue end: a person looks at them, and nothing comes after it',
      'Serverless-SQSRedrivePolicy',
    );
    const working = {
      ...encrypted,
      visibilityTimeout,
      receiveMessageWaitTime: Duration.seconds(20),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount },
    };
    this.queue = new Queue(this, 'Queue', working);
    const own = Object.entries(props.own ?? {});
    this.own = Object.fromEntries(
      own.map(([tenantId, queueName]) => [
        tenantId,
        new Queue(this, `Queue-${tenantId}`, { ...working, queueName }),
      ]),
    );
    this.queueArns = own.map(([, resource]) => Stack.of(this).formatArn({ service: 'sqs', resource }));
  }

  /** The URL of the shared queue. That of a tenant's own differs in the name. */
  get address(): string {
    return this.queue.queueUrl;
  }

  allow(grantee: IGrantable, operations: readonly QueueOperation[]): void {
    this.allowActions(
      grantee,
      operations.map((operation) => `sqs:${operation}`),
    );
    if (operations.includes('SendMessage')) this.key.allowEncryption(grantee, 'sqs');
  }

  /** Invokes a function with the messages. It answers which of them were not worked off. */
  feed(handler: BundledFunction, { batchSize, maxConcurrency }: FedFunctionProps): void {
    this.allowActions(handler, ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']);
    this.key.allowDecryption(handler, 'sqs');
    const sources = { Messages: this.queue, ...prefixed(this.own) };
    for (const [id, queue] of Object.entries(sources)) {
      const messages = new EventSourceMapping(handler, id, {
        target: handler,
        eventSourceArn: queue.queueArn,
        batchSize,
        maxConcurrency,
        reportBatchItemFailures: true,
      });
      acknowledge(
        messages,
        'The queue keeps what fails and, after some tries, moves it to its dead letters',
        'Serverless-LambdaEventSourceMappingDestination',
      );
    }
  }

  private allowActions(grantee: IGrantable, actions: string[]): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions, resources: [this.queue.queueArn, ...this.queueArns] }),
    );
  }
}

function prefixed(own: Readonly<Record<string, Queue>>): Record<string, Queue> {
  return Object.fromEntries(Object.entries(own).map(([tenantId, queue]) => [`Messages-${tenantId}`, queue]));
}
