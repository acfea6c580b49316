import type { ResourceSchema } from './resource-schemas.ts';

/** A resource that a deployment must not lose, reduced to what decides whether an upgrade keeps it. */
export interface StatefulResource {
  readonly type: string;
  /** What becomes of it when it leaves the template. */
  readonly deletionPolicy: string;
  /** What becomes of the former one when a change replaces it. */
  readonly updateReplacePolicy: string;
  /** The properties whose change replaces it. */
  readonly fixed: Readonly<Record<string, unknown>>;
}

/** Stateful resources by stack and logical id: `OpenClaw-Data/Key961B73FD`. */
export type StatefulResources = Readonly<Record<string, StatefulResource>>;

export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
}

interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** Picks the stateful resources out of the templates of an app. */
export function statefulResources(
  templates: Readonly<Record<string, Template>>,
  schemas: ReadonlyMap<string, ResourceSchema>,
): StatefulResources {
  const found = Object.entries(templates).flatMap(([stackName, { Resources }]) =>
    Object.entries(Resources).flatMap(([logicalId, resource]) => {
      const schema = schemas.get(resource.Type);
      if (schema?.isStateful !== true) return [];
      return [[`${stackName}/${logicalId}`, reduce(resource, schema)] as const];
    }),
  );
  return Object.fromEntries(found.toSorted(([one], [other]) => one.localeCompare(other)));
}

function reduce(resource: TemplateResource, { fixedProperties }: ResourceSchema): StatefulResource {
  const { Properties = {} } = resource;
  return {
    type: resource.Type,
    // CloudFormation's own default.
    deletionPolicy: resource.DeletionPolicy ?? 'Delete',
    updateReplacePolicy: resource.UpdateReplacePolicy ?? 'Delete',
    fixed: Object.fromEntries(
      fixedProperties.filter((name) => name in Properties).map((name) => [name, Properties[name]]),
    ),
  };
}
