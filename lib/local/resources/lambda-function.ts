import { isJsonObject } from '../json.ts';
import type { CreatedResource, ResourceRequest } from './resource-handler.ts';

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY_MIB = 128;

/** AWS::Lambda::Function whose code is an asset of the assembly. */
export async function createFunction(resource: ResourceRequest): Promise<CreatedResource> {
  const { logicalId, properties, region } = resource;
  const functionName = properties.optionalText('FunctionName') ?? resource.physicalName({ maxLength: 64 });
  const arn = resource.arn('lambda', `function:${functionName}`);
  const handler = properties.text('Handler');
  const codeDirectory = findCode(resource);
  const roleArn = properties.text('Role');
  const credentials = await resource.functionCredentials(functionName, roleArn);
  return {
    ref: functionName,
    attributes: { Arn: arn },
    function: {
      logicalId,
      functionName,
      arn,
      handler,
      codeDirectory,
      environment: {
        ...properties.group('Environment').texts('Variables'),
        // After the template's: in a private network that names the service's address there.
        ...resource.functionEnvironment,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_SESSION_TOKEN: credentials.sessionToken,
      },
      roleArn,
      logGroupName:
        properties.group('LoggingConfig').optionalText('LogGroup') ?? `/aws/lambda/${functionName}`,
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
