import type { CreatedResource, ResourceRequest } from './resource-handler.ts';

/** AWS::Logs::LogGroup. A name only: the runtime hands on what functions log. */
export function createLogGroup({ arn, physicalName, properties }: ResourceRequest): CreatedResource {
  const name = properties.optionalText('LogGroupName') ?? physicalName({ maxLength: 512 });
  return { ref: name, attributes: { Arn: arn('logs', `log-group:${name}:*`) } };
}
