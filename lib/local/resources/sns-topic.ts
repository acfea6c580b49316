import type { CreatedResource, ResourceRequest } from './resource-handler.ts';

/** AWS::SNS::Topic. A name only: nobody is told of anything here. */
export function createTopic({ properties, physicalName, arn }: ResourceRequest): CreatedResource {
  const name = properties.optionalText('TopicName') ?? physicalName({ maxLength: 256 });
  const topicArn = arn('sns', name);
  return { ref: topicArn, attributes: { TopicArn: topicArn, TopicName: name, Arn: topicArn } };
}
