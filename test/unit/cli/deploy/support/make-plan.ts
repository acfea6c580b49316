import type { DeploymentPlan } from '../../../../../lib/cli/deploy/deployment-plan.ts';
import { parseConfiguration } from '../../../../../lib/config/load-configuration.ts';
import type { ConfigurationInput } from '../../../../../lib/config/schema.ts';
import type { ResourceDeclaration } from '../../../../../lib/local/assembly/template.ts';

/** A plan of one stack, OpenClaw-Api, with these resources. */
export function makePlan(
  resources: Readonly<Record<string, ResourceDeclaration>> = {},
  configuration: ConfigurationInput = {},
): DeploymentPlan {
  return {
    configuration: parseConfiguration(configuration, 'test'),
    directory: '/nowhere',
    stacks: [
      {
        name: 'OpenClaw-Api',
        account: undefined,
        region: undefined,
        template: { Resources: resources },
        assets: new Map(),
      },
    ],
    bootstrap: { version: 6, parameter: '/cdk-bootstrap/hnb659fds/version' },
  };
}
