import type { Properties } from '../deployment/properties.ts';
import { ServiceError } from '../engines/json-service.ts';
import type { CreatedResource, ResourceRequest } from './resource-handler.ts';

/** Attributes whose property has the same name. */
const attributeNames = [
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoThroughputLimit',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'VisibilityTimeout',
] as const;

/** AWS::SQS::Queue. */
export async function createQueue(resource: ResourceRequest): Promise<CreatedResource> {
  const { properties, services } = resource;
  const fifo = properties.flag('FifoQueue');
  const name = properties.optionalText('QueueName') ?? unnamed(resource, fifo);
  const attributes = readAttributes(properties);
  try {
    await services.sqs.call('CreateQueue', {
      QueueName: name,
      Attributes: { ...attributes, ...(fifo && { FifoQueue: 'true' }) },
    });
  } catch (error) {
    if (!(error instanceof ServiceError && error.code.startsWith('QueueNameExists'))) throw error;
  }
  // The engine's port changes from start to start, and its own record of the URL does not.
  const url = services.sqs.url(`/${resource.accountId}/${name}`);
  await services.sqs.call('SetQueueAttributes', { QueueUrl: url, Attributes: attributes });
  return { ref: url, attributes: { Arn: resource.arn('sqs', name), QueueName: name, QueueUrl: url } };
}

function unnamed(resource: ResourceRequest, fifo: boolean): string {
  return fifo ? `${resource.physicalName({ maxLength: 75 })}.fifo` : resource.physicalName({ maxLength: 80 });
}

function readAttributes(properties: Properties): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const name of attributeNames) {
    const value = properties.optionalText(name);
    if (value !== undefined) attributes[name] = value;
  }
  for (const name of ['RedrivePolicy', 'RedriveAllowPolicy'] as const) {
    if (properties.has(name)) attributes[name] = JSON.stringify(properties.get(name));
  }
  return attributes;
}
