import { firstUnmet, type Requirement, roleDecisions } from './requirement.ts';

/** What CodeDeploy does to move an alias: https://docs.aws.amazon.com/codedeploy/latest/userguide/getting-started-create-service-role.html */
const actions = ['lambda:GetAlias', 'lambda:UpdateAlias', 'cloudwatch:DescribeAlarms'] as const;

export const rolloutRole: Requirement = ({ properties }, enforcer) =>
  firstUnmet(
    'The provided role cannot be used by CodeDeploy to move an alias',
    roleDecisions(
      enforcer,
      'codedeploy.amazonaws.com',
      properties.text('ServiceRoleArn'),
      actions.map((action) => ({ action, resource: '*' })),
    ),
  );
