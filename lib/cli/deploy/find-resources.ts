import type { ResourceDeclaration } from '../../local/assembly/template.ts';
import type { DeploymentPlan } from './deployment-plan.ts';

/** A resource in one of the plan's templates. */
export interface PlannedResource {
  readonly stack: string;
  readonly logicalId: string;
  readonly declaration: ResourceDeclaration;
}

/** All resources of the plan, or those of one type. */
export function findResources({ stacks }: Pick<DeploymentPlan, 'stacks'>, type?: string): PlannedResource[] {
  return stacks.flatMap(({ name, template }) =>
    Object.entries(template.Resources ?? {})
      .filter(([, declaration]) => type === undefined || declaration.Type === type)
      .map(([logicalId, declaration]) => ({ stack: name, logicalId, declaration })),
  );
}
