import type { ResourceDeclaration } from '../assembly/template.ts';
import { findReferences } from '../intrinsics/find-references.ts';
import { RuntimeError } from '../runtime-error.ts';

/** The resources of a template that each resource needs to be there first, by logical id. */
export type ResourceDependencies = ReadonlyMap<string, readonly string[]>;

/**
 * Finds what each resource refers to or depends on.
 *
 * @throws RuntimeError `broken-template` for a circle, or for a DependsOn that names nothing
 */
export function findDependencies(
  stack: string,
  resources: Readonly<Record<string, ResourceDeclaration>>,
): ResourceDependencies {
  const dependencies = new Map<string, readonly string[]>();
  for (const [logicalId, declaration] of Object.entries(resources)) {
    const named = [declaration.DependsOn ?? []].flat();
    const unknown = named.find((name) => !(name in resources));
    if (unknown !== undefined) {
      throw new RuntimeError(
        'broken-template',
        `${stack}: Resources.${logicalId}.DependsOn: the template declares no resource ${unknown}`,
      );
    }
    const referred = [...findReferences(declaration.Properties ?? {})].filter((name) => name in resources);
    dependencies.set(logicalId, [...new Set([...named, ...referred])]);
  }
  refuseCircles(stack, dependencies);
  return dependencies;
}

function refuseCircles(stack: string, dependencies: ResourceDependencies): void {
  const settled = new Set<string>();
  const visit = (logicalId: string, trail: readonly string[]): void => {
    if (settled.has(logicalId)) return;
    const start = trail.indexOf(logicalId);
    if (start >= 0) {
      const circle = [...trail.slice(start), logicalId].join(' → ');
      throw new RuntimeError('broken-template', `${stack}: these resources depend on each other: ${circle}`);
    }
    for (const dependency of dependencies.get(logicalId) ?? []) visit(dependency, [...trail, logicalId]);
    settled.add(logicalId);
  };
  for (const logicalId of dependencies.keys()) visit(logicalId, []);
}
