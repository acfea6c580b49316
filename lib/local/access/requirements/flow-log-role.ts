import { firstUnmet, type Requirement, roleDecisions } from './requirement.ts';

/** https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html */
const operations = ['CreateLogStream', 'PutLogEvents', 'DescribeLogStreams'] as const;

export const flowLogRole: Requirement = ({ properties }, enforcer) => {
  const roleArn = properties.optionalText('DeliverLogsPermissionArn');
  const logGroup = properties.optionalText('LogGroupName');
  if (roleArn === undefined || logGroup === undefined) return undefined;
  const { partition, region, accountId } = enforcer.scope;
  const resource = `arn:${partition}:logs:${region}:${accountId}:log-group:${logGroup}:log-stream:eni-all`;
  return firstUnmet(
    'Access Denied for LogDestination',
    roleDecisions(
      enforcer,
      'vpc-flow-logs.amazonaws.com',
      roleArn,
      operations.map((operation) => ({ action: `logs:${operation}`, resource })),
    ),
  );
};
