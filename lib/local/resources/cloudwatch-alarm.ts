import type { CreatedResource, ResourceRequest } from './resource-handler.ts';

/** AWS::CloudWatch::Alarm. A name only: nothing is measured here. */
export function createAlarm({ properties, physicalName, arn }: ResourceRequest): CreatedResource {
  const name = properties.optionalText('AlarmName') ?? physicalName({ maxLength: 255 });
  return { ref: name, attributes: { Arn: arn('cloudwatch', `alarm:${name}`) } };
}
