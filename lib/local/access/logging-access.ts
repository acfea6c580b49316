import type { FunctionDefinition } from '../functions/function-definition.ts';
import type { Enforcer } from './enforcer.ts';

/**
 * Why what a function logs does not reach its log group, or undefined where it does.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
 */
export function refusedLogging(
  { roleArn, logGroupName }: Pick<FunctionDefinition, 'roleArn' | 'logGroupName'>,
  enforcer: Enforcer,
): string | undefined {
  const { partition, region, accountId } = enforcer.scope;
  const resource = `arn:${partition}:logs:${region}:${accountId}:log-group:${logGroupName}:log-stream:`;
  for (const action of ['logs:CreateLogStream', 'logs:PutLogEvents']) {
    const decision = enforcer.allowsRole(roleArn, { action, resource });
    if (!decision.allowed)
      return `${roleArn} is not allowed ${action} on ${resource}, because ${decision.because}`;
  }
  return undefined;
}
