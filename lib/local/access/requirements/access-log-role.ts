import { firstUnmet, type Requirement, roleDecisions } from './requirement.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html */
export const accessLogRole: Requirement = ({ properties }, enforcer) => {
  const roleArn = properties.optionalText('CloudWatchRoleArn');
  if (roleArn === undefined) return undefined;
  const checks = ['CreateLogStream', 'PutLogEvents', 'DescribeLogStreams'].map((operation) => ({
    action: `logs:${operation}`,
    resource: '*',
  }));
  return firstUnmet(
    'The role ARN does not have required permissions set to API Gateway',
    roleDecisions(enforcer, 'apigateway.amazonaws.com', roleArn, checks),
  );
};
