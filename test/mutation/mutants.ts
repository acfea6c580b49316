/** A template with one thing taken out of it. */
export interface Mutant {
  readonly stack: string;
  /** What is missing, in words. */
  readonly title: string;
  readonly kind: 'grant' | 'key permission' | 'variable' | 'event source' | 'trust';
  readonly template: Template;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action?: string | readonly string[];
  readonly Resource?: unknown;
}

/** Where policy documents stand, by type of resource: paths of properties, in which `*` is each entry of a list. */
const policies: readonly (readonly [type: string, path: string, kind: Mutant['kind']])[] = [
  ['AWS::IAM::Policy', 'PolicyDocument', 'grant'],
  ['AWS::IAM::ManagedPolicy', 'PolicyDocument', 'grant'],
  ['AWS::IAM::Role', 'Policies.*.PolicyDocument', 'grant'],
  ['AWS::IAM::Role', 'AssumeRolePolicyDocument', 'trust'],
  ['AWS::KMS::Key', 'KeyPolicy', 'key permission'],
  ['AWS::ApiGateway::RestApi', 'Policy', 'grant'],
  ['AWS::EC2::VPCEndpoint', 'PolicyDocument', 'grant'],
  ['AWS::S3::BucketPolicy', 'PolicyDocument', 'grant'],
  ['AWS::SNS::TopicPolicy', 'PolicyDocument', 'grant'],
  ['AWS::SQS::QueuePolicy', 'PolicyDocument', 'grant'],
];

/** Resources that are a grant or an event source as a whole. */
const wholes: Readonly<Record<string, Mutant['kind']>> = {
  'AWS::Lambda::Permission': 'grant',
  'AWS::Lambda::EventSourceMapping': 'event source',
  'AWS::Events::Rule': 'event source',
  'AWS::Scheduler::Schedule': 'event source',
};

/** Every template with one grant, trust, key permission, variable or event source less than the given one. */
export function* mutantsOf(stack: string, template: Template): Generator<Mutant> {
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    const name = `${stack}.${logicalId}`;
    const whole = wholes[resource.Type];
    if (whole !== undefined) {
      yield {
        stack,
        kind: whole,
        title: `${name} (${resource.Type})`,
        template: without(template, logicalId),
      };
    }
    for (const [type, path, kind] of policies) {
      if (type !== resource.Type) continue;
      for (const documentPath of expand(resource.Properties, path.split('.'))) {
        yield* withoutActions(stack, template, { logicalId, name, kind, documentPath });
      }
    }
    yield* withoutManagedPolicies(stack, template, logicalId);
    yield* withoutVariables(stack, template, logicalId);
  }
}

interface PolicyPlace {
  readonly logicalId: string;
  readonly name: string;
  readonly kind: Mutant['kind'];
  readonly documentPath: readonly (string | number)[];
}

/** Each action of each statement that allows, one at a time, and each resource of those that name several. */
function* withoutActions(stack: string, template: Template, place: PolicyPlace): Generator<Mutant> {
  const { logicalId, name, kind, documentPath } = place;
  const document = read(template.Resources[logicalId]?.Properties, documentPath) as {
    Statement: Statement[];
  };
  for (const [index, statement] of [document.Statement].flat().entries()) {
    if (statement.Effect !== 'Allow') continue;
    for (const field of ['Action', 'Resource'] as const) {
      const values = [statement[field] ?? []].flat();
      // A statement about one resource goes with its actions.
      if (field === 'Resource' && values.length < 2) continue;
      for (const [at, value] of values.entries()) {
        const mutant = structuredClone(template);
        const statements = read(mutant.Resources[logicalId]?.Properties, [
          ...documentPath,
          'Statement',
        ]) as Statement[];
        const rest = values.filter((_, other) => other !== at);
        if (rest.length === 0) statements.splice(index, 1);
        else Object.assign(statements[index] as object, { [field]: rest });
        yield {
          stack,
          kind,
          title: `${name}: ${JSON.stringify(value)} of statement ${index}`,
          template: mutant,
        };
      }
    }
  }
}

function* withoutManagedPolicies(stack: string, template: Template, logicalId: string): Generator<Mutant> {
  const resource = template.Resources[logicalId];
  const arns = resource?.Properties?.ManagedPolicyArns;
  if (!Array.isArray(arns)) return;
  for (const [at, arn] of arns.entries()) {
    const mutant = structuredClone(template);
    const properties = mutant.Resources[logicalId]?.Properties;
    Object.assign(properties ?? {}, { ManagedPolicyArns: arns.filter((_, other) => other !== at) });
    yield { stack, kind: 'grant', title: `${stack}.${logicalId}: ${JSON.stringify(arn)}`, template: mutant };
  }
}

function* withoutVariables(stack: string, template: Template, logicalId: string): Generator<Mutant> {
  const resource = template.Resources[logicalId];
  if (resource?.Type !== 'AWS::Lambda::Function') return;
  const path = ['Environment', 'Variables'];
  for (const variable of Object.keys((read(resource.Properties, path) as object | undefined) ?? {})) {
    const mutant = structuredClone(template);
    delete (read(mutant.Resources[logicalId]?.Properties, path) as Record<string, unknown>)[variable];
    yield { stack, kind: 'variable', title: `${stack}.${logicalId}: ${variable}`, template: mutant };
  }
}

function without(template: Template, logicalId: string): Template {
  const { [logicalId]: _, ...Resources } = structuredClone(template.Resources);
  return { ...template, Resources };
}

/** The paths that a path with `*` stands for. */
function expand(value: unknown, path: readonly string[]): (string | number)[][] {
  const [first, ...rest] = path;
  if (first === undefined) return value === undefined ? [] : [[]];
  if (first !== '*') {
    return expand(read(value, [first]), rest).map((tail) => [first, ...tail]);
  }
  const entries = Array.isArray(value) ? value : [];
  return entries.flatMap((entry, index) => expand(entry, rest).map((tail) => [index, ...tail]));
}

function read(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (found, key) => (typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined),
    value,
  );
}
