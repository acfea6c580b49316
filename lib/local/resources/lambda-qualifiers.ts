import type { CreatedResource, ResourceRequest } from './resource-handler.ts';

/** AWS::Lambda::Version. There is one version of each function: the one that the templates declare now. */
export function createVersion(resource: ResourceRequest): CreatedResource {
  const version = '1';
  const arn = `${functionArn(resource)}:${version}`;
  return { ref: arn, attributes: { Version: version, FunctionArn: arn } };
}

/** AWS::Lambda::Alias. */
export function createAlias(resource: ResourceRequest): CreatedResource {
  const arn = `${functionArn(resource)}:${resource.properties.text('Name')}`;
  return { ref: arn, attributes: { AliasArn: arn } };
}

/** The property takes a function's name or its ARN. */
function functionArn({ properties, arn }: ResourceRequest): string {
  const named = properties.text('FunctionName');
  return named.startsWith('arn:') ? named : arn('lambda', `function:${named}`);
}
