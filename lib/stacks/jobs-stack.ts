import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { providerKeyNames } from '../config/provider-key-names.ts';
import type { Configuration } from '../config/schema.ts';
import { siloQueueName } from '../config/silos.ts';
import { acknowledge } from '../constructs/acknowledge.ts';
import { AlarmTopic } from '../constructs/alarm-topic.ts';
import { BundledFunction } from '../constructs/bundled-function.ts';
import { deadLetterAlarm } from '../constructs/dead-letter-alarm.ts';
import { allowModels } from '../constructs/model-access.ts';
import { TenantRole } from '../constructs/tenant-role.ts';
import { WorkQueue } from '../constructs/work-queue.ts';
import { withPublishedPrices } from '../models/prices/catalogue.ts';
import type { DataStack } from './data-stack.ts';
import type { NetworkStack } from './network-stack.ts';

export interface JobsStackProps extends StackProps {
  readonly configuration: Configuration;
  readonly data: DataStack;
  /** The private network of an isolated deployment. @default - functions reach the internet */
  readonly network?: NetworkStack;
  /** The module that exports the workers' handler, relative to the repository's root. */
  readonly workerEntry: string;
  /** The module that exports the sweeper's handler, relative to the repository's root. */
  readonly sweeperEntry: string;
}

/** The longest that Lambda lets a function run. */
const LONGEST_RUN = Duration.minutes(15);

/** Mostly a batch waits for models, so all of its jobs share one function. */
const BATCH_SIZE = 10;

/** A hundred jobs at once, over all tenants. */
const MOST_WORKERS = 10;

/**
 * A message whose worker is gone comes back by itself after 90 s. The sweep is for the rest: 8,640 runs a month, which
 * cost about two cents.
 */
const SWEEP_EVERY = Duration.minutes(5);

/**
 * What works behind the API: the queue of jobs, the workers that run them, and the sweeper. Holds no data; a message only
 * says of which job to read in the table.
 */
export class JobsStack extends Stack {
  /** Tells workers of jobs. */
  readonly queue: WorkQueue;

  constructor(scope: Construct, id: string, props: JobsStackProps) {
    super(scope, id, props);
    const { data, configuration } = props;
    this.queue = new WorkQueue(this, 'Jobs', {
      encryptionKey: data.key,
      visibilityTimeout: LONGEST_RUN,
      maxReceiveCount: 5,
      own: Object.fromEntries(
        configuration.tenants.silos.map((id) => [id, siloQueueName(configuration.name, id)]),
      ),
    });
    this.addWorker(props);
    this.addSweeper(props);
    const topic = new AlarmTopic(this, 'Alarms', {
      encryptionKey: data.key,
      ...(configuration.alarms.email !== undefined && { email: configuration.alarms.email }),
    });
    deadLetterAlarm(this, 'DeadLetters', { deadLetters: this.queue.deadLetters, topic });
  }

  private addWorker({ configuration, data, network, workerEntry }: JobsStackProps): void {
    const worker = new BundledFunction(this, 'Worker', {
      description: 'Runs jobs',
      entry: workerEntry,
      files: { 'configuration.json': JSON.stringify(withPublishedPrices(configuration)) },
      memoryMib: 1_024,
      timeout: LONGEST_RUN,
      logKey: data.key,
      ...(network && { network: network.functions }),
    });
    worker.uses(data.apiKeys, ['GetItem'], 'API_KEYS_TABLE');
    const tenants = worker.actsFor(new TenantRole(this, 'WorkerTenantRole'), 'TENANT_ROLE');
    tenants.uses(data.requests, ['BatchWriteItem'], 'REQUESTS_TABLE');
    tenants.uses(data.rateLimits, ['GetItem', 'UpdateItem'], 'RATE_LIMITS_TABLE');
    tenants.uses(data.tenancy, ['GetItem', 'Query', 'PutItem'], 'TENANCY_TABLE');
    tenants.uses(data.ledger, ['GetItem', 'PutItem', 'UpdateItem'], 'LEDGER_TABLE');
    tenants.uses(data.jobs, ['GetItem', 'PutItem', 'DeleteItem'], 'JOBS_TABLE');
    tenants.uses(data.objects, ['GetObject', 'PutObject'], 'OBJECTS_BUCKET');
    tenants.uses(data.tenantKeys, ['GenerateDataKey', 'Decrypt'], 'DATA_KEY');
    // A job has no idempotency key: it runs once by itself.
    worker.addEnvironment('REPLIES_TABLE', data.replies.tableName);
    worker.uses(this.queue, ['SendMessage', 'ChangeMessageVisibility'], 'JOBS_QUEUE_URL');
    if (providerKeyNames(configuration).length > 0) {
      worker.uses(data.providerKeys, ['GetSecretValue'], 'PROVIDER_KEYS_SECRET');
    }
    allowModels(worker, configuration);
    this.queue.feed(worker, { batchSize: BATCH_SIZE, maxConcurrency: MOST_WORKERS });
  }

  private addSweeper({ configuration, data, network, sweeperEntry }: JobsStackProps): void {
    const sweeper = new BundledFunction(this, 'Sweeper', {
      description: 'Does what time or a crash left undone',
      entry: sweeperEntry,
      files: { 'configuration.json': JSON.stringify(configuration) },
      memoryMib: 512,
      timeout: SWEEP_EVERY,
      logKey: data.key,
      ...(network && { network: network.functions }),
    });
    new CfnOutput(this, 'SweeperFunctionName', { value: sweeper.functionName });
    const tenants = sweeper.actsFor(new TenantRole(this, 'SweeperTenantRole'), 'TENANT_ROLE');
    tenants.uses(data.tenancy, ['GetItem', 'Query', 'PutItem'], 'TENANCY_TABLE');
    tenants.uses(data.ledger, ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'], 'LEDGER_TABLE');
    tenants.uses(data.requests, ['Query', 'PutItem'], 'REQUESTS_TABLE');
    tenants.uses(data.jobs, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'DeleteItem'], 'JOBS_TABLE');
    tenants.uses(data.objects, ['DeleteObject'], 'OBJECTS_BUCKET');
    // It removes contents and reads none.
    sweeper.addEnvironment('DATA_KEY', data.tenantKeys.address);
    sweeper.uses(this.queue, ['SendMessage'], 'JOBS_QUEUE_URL');
    const rule = new Rule(this, 'Sweep', {
      description: 'Runs the sweeper',
      schedule: Schedule.rate(SWEEP_EVERY),
      targets: [new LambdaFunction(sweeper as BundledFunction & IFunction)],
    });
    acknowledge(rule, 'A sweep that was missed is made up for by the next', 'Serverless-EventBusDLQ');
  }
}
