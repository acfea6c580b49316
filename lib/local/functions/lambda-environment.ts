import type { FunctionDefinition } from './function-definition.ts';

/** The names under which a function's log would be found. */
export interface LogNames {
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/**
 * The variables that a function sees: the template's and Lambda's own, and none of this process.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function lambdaEnvironment(definition: FunctionDefinition, log: LogNames): Record<string, string> {
  return {
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: definition.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: log.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: log.logStreamName,
    LAMBDA_TASK_ROOT: definition.codeDirectory,
    LANG: 'en_US.UTF-8',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TZ: ':UTC',
    ...definition.environment,
    AWS_REGION: definition.region,
    AWS_DEFAULT_REGION: definition.region,
    _HANDLER: definition.handler,
  };
}
