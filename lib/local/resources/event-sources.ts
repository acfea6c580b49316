import type { QueueSource, Schedule } from '../event-sources/event-source.ts';
import { ratePeriodMs } from '../event-sources/schedule-expression.ts';
import { isJsonObject } from '../json.ts';
import type { CreatedResource, ResourceRequest } from './resource-handler.ts';

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html
const DEFAULT_BATCH_SIZE = 10;
/** Lambda begins with five pollers; a laptop needs no more. */
const DEFAULT_CONCURRENCY = 5;

/** AWS::Lambda::EventSourceMapping of a queue of the same deployment. */
export function createEventSourceMapping(resource: ResourceRequest): CreatedResource {
  const { logicalId, properties, services, accountId } = resource;
  const ref = resource.physicalName({ maxLength: 36 });
  const queueArn = properties.text('EventSourceArn');
  if (queueArn.split(':')[2] !== 'sqs') {
    throw new Error(`the local runtime feeds functions from queues of SQS only, not from ${queueArn}`);
  }
  const batchSize = properties.optionalNumber('BatchSize') ?? DEFAULT_BATCH_SIZE;
  const windowSeconds = properties.optionalNumber('MaximumBatchingWindowInSeconds') ?? 0;
  if (batchSize > 10 && windowSeconds < 1) {
    throw new Error('a BatchSize above 10 needs a MaximumBatchingWindowInSeconds of at least 1');
  }
  if (properties.has('Enabled') && !properties.flag('Enabled')) return { ref };
  const functionName = properties.text('FunctionName');
  const queueSource: QueueSource = {
    logicalId,
    queueArn,
    queueUrl: services.sqs.url(`/${accountId}/${queueArn.split(':').at(-1)}`),
    functionArn: functionName.startsWith('arn:')
      ? functionName
      : resource.arn('lambda', `function:${functionName}`),
    batchSize,
    batchingWindowMs: windowSeconds * 1_000,
    maxConcurrency:
      properties.group('ScalingConfig').optionalNumber('MaximumConcurrency') ?? DEFAULT_CONCURRENCY,
    reportsItemFailures: properties.list('FunctionResponseTypes').includes('ReportBatchItemFailures'),
  };
  return { ref, queueSource };
}

/** AWS::Events::Rule that invokes functions by a schedule. */
export function createRule(resource: ResourceRequest): CreatedResource {
  const { logicalId, properties, warn } = resource;
  const name = properties.optionalText('Name') ?? resource.physicalName({ maxLength: 64 });
  const ruleArn = resource.arn('events', `rule/${name}`);
  const created = { ref: name, attributes: { Arn: ruleArn } };
  const expression = properties.optionalText('ScheduleExpression');
  const periodMs = expression === undefined ? undefined : ratePeriodMs(expression);
  if (periodMs === undefined) {
    warn(`the local runtime runs schedules of the form rate(…); ${logicalId} never fires here`);
    return created;
  }
  if (properties.optionalText('State') === 'DISABLED') return created;
  const schedules = properties.list('Targets').flatMap((target): Schedule[] => {
    const { Arn: functionArn, Input: input } = isJsonObject(target) ? target : {};
    if (typeof functionArn !== 'string' || functionArn.split(':')[2] !== 'lambda') return [];
    return [{ logicalId, ruleArn, functionArn, periodMs, ...(typeof input === 'string' && { input }) }];
  });
  return { ...created, schedules };
}
