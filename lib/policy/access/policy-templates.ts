import type { TemplateParameters } from './policy-setting.ts';

/** One value that a template asks for. */
export interface TemplateParameter {
  readonly name: string;
  readonly description: string;
  /** True where it is a list of one to a hundred. */
  readonly list: boolean;
  /** What each value looks like. */
  readonly form: RegExp;
}

/** A policy that many tenants want, with places for their own values. */
export interface PolicyTemplate {
  readonly name: string;
  readonly description: string;
  readonly parameters: readonly TemplateParameter[];
  readonly policy: (parameters: CheckedParameters) => string;
}

/** Values that are there and have their form. */
interface CheckedParameters {
  one(name: string): string;
  all(name: string): readonly string[];
}

/** A template or its parameters are not as they should be. */
export class TemplateProblem extends Error {
  override readonly name = 'TemplateProblem';
  /** The parameter at fault; absent where it is the template itself. */
  readonly parameter: string | undefined;

  constructor(message: string, parameter?: string) {
    super(message);
    this.parameter = parameter;
  }
}

const project: TemplateParameter = {
  name: 'project',
  description: "The project's id.",
  list: false,
  form: /^[a-z0-9][a-z0-9_-]{0,62}$/,
};
const models: TemplateParameter = {
  name: 'models',
  description: 'Names of models, as callers use them.',
  list: true,
  form: /^[\w.:/@-]{1,128}$/,
};
const roles: TemplateParameter = {
  name: 'roles',
  description: 'Of platform-admin, tenant-admin, member and auditor.',
  list: true,
  form: /^(platform-admin|tenant-admin|member|auditor)$/,
};
const dataClass: TemplateParameter = {
  name: 'data_class',
  description: 'A class of data, as projects are marked with it, for example personal.',
  list: false,
  form: /^[\w-]{1,64}$/,
};
const regions: TemplateParameter = {
  name: 'regions',
  description: 'Names of regions, for example eu-central-1.',
  list: true,
  form: /^[a-z]{2,4}(-[a-z]+){1,2}-\d$/,
};
const ranges: TemplateParameter = {
  name: 'ranges',
  description: 'Addresses or ranges of addresses, for example 10.0.0.0/8.',
  list: true,
  form: /^[0-9a-fA-F.:]{2,45}(\/\d{1,3})?$/,
};
const maxValues = 100;

export const policyTemplates: readonly PolicyTemplate[] = [
  {
    name: 'project-may-use-models',
    description: 'A project may use these models and no others.',
    parameters: [project, models],
    policy: (given) => `forbid (
  principal in OpenClaw::Project::"${given.one('project')}",
  action in [OpenClaw::Action::"invokeModel", OpenClaw::Action::"tune"],
  resource
) unless {
  resource in [${entities('Model', given.all('models'))}]
};`,
  },
  {
    name: 'roles-may-tune',
    description: 'Only these roles may train models.',
    parameters: [roles],
    policy: (given) => `forbid (
  principal,
  action == OpenClaw::Action::"tune",
  resource
) unless {
  ${given
    .all('roles')
    .map((role) => `principal in OpenClaw::Role::"${role}"`)
    .join(' || ')}
};`,
  },
  {
    name: 'data-class-stays-in-regions',
    description: 'Data of a class is sent only to models that process it in these regions.',
    parameters: [dataClass, regions],
    policy: (given) => `forbid (
  principal,
  action in [OpenClaw::Action::"invokeModel", OpenClaw::Action::"tune"],
  resource
) when {
  context has dataClass && context.dataClass == "${given.one('data_class')}"
} unless {
  context has region && [${strings(given.all('regions'))}].contains(context.region)
};`,
  },
  {
    name: 'data-class-stays-self-hosted',
    description: "Data of a class is sent only to models that run in the deployment's own account.",
    parameters: [dataClass],
    policy: (given) => `forbid (
  principal,
  action in [OpenClaw::Action::"invokeModel", OpenClaw::Action::"tune"],
  resource
) when {
  context has dataClass && context.dataClass == "${given.one('data_class')}"
} unless {
  context.selfHosted
};`,
  },
  {
    name: 'project-may-be-used-from',
    description: 'A project may be used only from these addresses.',
    parameters: [project, ranges],
    policy: (given) => `forbid (
  principal in OpenClaw::Project::"${given.one('project')}",
  action,
  resource
) unless {
  context has sourceIp &&
  (${given
    .all('ranges')
    .map((range) => `context.sourceIp.isInRange(ip("${range}"))`)
    .join(' || ')})
};`,
  },
];

/**
 * Makes a policy from a template. The forms of the parameters leave no way to end a text or to begin another policy.
 *
 * @throws TemplateProblem
 */
export function fillTemplate(name: string, parameters: TemplateParameters): string {
  const template = policyTemplates.find((one) => one.name === name);
  if (!template) {
    const names = policyTemplates.map((one) => one.name).join(', ');
    throw new TemplateProblem(`there is no template '${name}'; templates: ${names}`);
  }
  const unknown = Object.keys(parameters).find((key) => !template.parameters.some((one) => one.name === key));
  if (unknown !== undefined) {
    throw new TemplateProblem(`the template ${name} has no parameter '${unknown}'`, unknown);
  }
  const values = new Map(template.parameters.map((one) => [one.name, check(one, parameters[one.name])]));
  const all = (key: string) => values.get(key) ?? [];
  return template.policy({ all, one: (key) => all(key)[0] ?? '' });
}

function check({ name, list, form }: TemplateParameter, given: unknown): readonly string[] {
  const wanted = list ? `a list of 1 to ${maxValues} texts` : 'a text';
  if (list ? !Array.isArray(given) : typeof given !== 'string') {
    throw new TemplateProblem(`'${name}' is to be ${wanted}`, name);
  }
  const values = [given].flat() as unknown[];
  if (values.length === 0 || values.length > maxValues) {
    throw new TemplateProblem(`'${name}' is to be ${wanted}`, name);
  }
  for (const value of values) {
    if (typeof value !== 'string' || !form.test(value)) {
      throw new TemplateProblem(`${JSON.stringify(value)} cannot be a value of '${name}'`, name);
    }
  }
  return values as string[];
}

function entities(type: string, ids: readonly string[]): string {
  return ids.map((id) => `OpenClaw::${type}::"${id}"`).join(', ');
}

function strings(values: readonly string[]): string {
  return values.map((value) => `"${value}"`).join(', ');
}
