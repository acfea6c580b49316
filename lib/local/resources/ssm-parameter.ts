import type { CreatedResource, ResourceRequest } from './resource-handler.ts';

/** AWS::SSM::Parameter. Its value is there for what refers to it, in this stack and in later ones. */
export function createParameter({ physicalName, properties, services }: ResourceRequest): CreatedResource {
  const name = properties.optionalText('Name') ?? physicalName({ maxLength: 1011 });
  const value = properties.text('Value');
  services.ssmParameters.set(name, value);
  return { ref: name, attributes: { Value: value, Type: properties.text('Type') } };
}
