import { isJsonObject } from '../json.ts';
import type { CreatedResource, ResourceRequest } from './resource-handler.ts';

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY_MIB = 128;

/** AWS::Lambda::Function whose code is an asset of the assembly. */
export function createFunction(resource: ResourceRequest): CreatedResource {
  const { logicalId, properties, region } = resource;
  const functionName = properties.optionalText('FunctionName') ?? resource.physicalName({ maxLength: 64 });
  const arn = resource.arn('lambda', `function:${functionName}`);
  return {
    ref: functionName,
    attributes: { Arn: arn },
    function: {
      logicalId,
      functionName,
      arn,
      handler: properties.text('Handler'),
      codeDirectory: findCode(resource),
      environment: { ...resource.functionEnvironment, ...properties.group('Environment').texts('Variables') },
      timeoutMs: (properties.optionalNumber('Timeout') ?? DEFAULT_TIMEOUT_SECONDS) * 1000,
      memoryMb: properties.optionalNumber('MemorySize') ?? DEFAULT_MEMORY_MIB,
      region,
    },
  };
}

function findCode({ properties, asset }: ResourceRequest): string {
  const code = properties.get('Code');
  const key = isJsonObject(code) ? code.S3Key : undefined;
  if (typeof key !== 'string') {
    throw new Error('the local runtime runs only functions whose code is an asset of the CDK app');
  }
  const directory = asset(key);
  if (directory === undefined) throw new Error(`the assembly has no asset ${key}`);
  return directory;
}
