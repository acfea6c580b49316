import { listResources } from '../../../lib/cli/deploy/aws/stacks.ts';
import type { DeploymentPlan } from '../../../lib/cli/deploy/deployment-plan.ts';
import type { JsonObject } from '../../../lib/local/json.ts';

export interface DrivenResource {
  readonly stack: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly properties: JsonObject;
}

/** The deployed resources of a type, of whatever stack, with what their templates say of them. */
export async function deployedResources(plan: DeploymentPlan, type: string): Promise<DrivenResource[]> {
  const nested = await Promise.all(
    plan.stacks.map(async ({ name, template }) =>
      (await listResources({ region: 'us-east-1' }, name, {}))
        .filter((resource) => resource.type === type)
        .map(({ logicalId, physicalId }) => ({
          stack: name,
          logicalId,
          physicalId,
          properties: template.Resources?.[logicalId]?.Properties ?? {},
        })),
    ),
  );
  return nested.flat();
}
