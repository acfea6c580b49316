import { partitionOf } from '../../config/partition.ts';
import type { AssemblyStack } from '../assembly/read-assembly.ts';
import type { OutputDeclaration, ResourceDeclaration } from '../assembly/template.ts';
import { within } from '../intrinsics/template-error.ts';
import { TemplateResolver } from '../intrinsics/template-resolver.ts';
import type { Json } from '../json.ts';
import { resourceHandlers } from '../resources/registry.ts';
import type { CreatedResource, ResourceRequest } from '../resources/resource-handler.ts';
import { explain, RuntimeError } from '../runtime-error.ts';
import type { Deployment } from './deployment.ts';
import { physicalName } from './physical-name.ts';
import { Properties } from './properties.ts';
import { findDependencies } from './resource-order.ts';

/** A resource that is there, with the properties that it was made from. */
export interface DeployedResource extends CreatedResource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Properties;
}

export interface DeployedStack {
  readonly resources: readonly DeployedResource[];
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * Creates the resources of one stack, each after those that it refers to and beside the others. What it exports is added
 * to the deployment.
 *
 * @throws RuntimeError `broken-template` or `resource-failed`, naming the resource
 */
export async function deployStack(stack: AssemblyStack, deployment: Deployment): Promise<DeployedStack> {
  const region = stack.region ?? deployment.region;
  const deployed = new Map<string, DeployedResource>();
  const resolver = new TemplateResolver(stack.template, {
    stackName: stack.name,
    region,
    accountId: deployment.accountId,
    resource: (logicalId) => {
      const resource = deployed.get(logicalId);
      return (
        resource && {
          type: resource.type,
          ref: resource.ref,
          attributes: { ...resource.attributes, ...resource.listAttributes },
        }
      );
    },
    exportedValue: (name) => deployment.exports.get(name),
    ssmParameter: (name) => deployment.services.ssmParameters.get(name),
  });
  const declared = Object.fromEntries(
    Object.entries(stack.template.Resources ?? {}).filter(([logicalId, { Condition: condition }]) =>
      isWanted(condition, resolver, stack.name, ['Resources', logicalId]),
    ),
  );
  const dependencies = findDependencies(stack.name, stack.template.Resources ?? {});
  const running = new Map<string, Promise<void>>();
  const deploy = (logicalId: string): Promise<void> => {
    const declaration = declared[logicalId];
    if (declaration === undefined) return Promise.resolve();
    const started = running.get(logicalId);
    if (started) return started;
    const finished = Promise.all((dependencies.get(logicalId) ?? []).map(deploy)).then(async () => {
      const request = prepare(logicalId, declaration, { stack, region, resolver, deployment });
      deployed.set(logicalId, await create(request));
    });
    running.set(logicalId, finished);
    return finished;
  };
  await Promise.all(Object.keys(declared).map(deploy));
  return { resources: [...deployed.values()], outputs: resolveOutputs(stack, resolver, deployment) };
}

interface Surroundings {
  readonly stack: AssemblyStack;
  readonly region: string;
  readonly resolver: TemplateResolver;
  readonly deployment: Deployment;
}

function prepare(
  logicalId: string,
  declaration: ResourceDeclaration,
  { stack, region, resolver, deployment }: Surroundings,
): ResourceRequest {
  const place = { stack: stack.name, path: ['Resources', logicalId, 'Properties'] };
  const { accountId, environment, functionEnvironment, functionCredentials, services, warn } = deployment;
  const { name: partition } = partitionOf(region);
  return {
    stack: stack.name,
    logicalId,
    type: declaration.Type,
    properties: new Properties(resolver.object(declaration.Properties ?? {}, place), place),
    metadata: declaration.Metadata ?? {},
    region,
    accountId,
    services,
    environment,
    functionEnvironment,
    functionCredentials,
    asset: (objectKey) => stack.assets.get(objectKey),
    physicalName: (rules) => physicalName(stack.name, logicalId, rules),
    arn: (service, resource) => `arn:${partition}:${service}:${region}:${accountId}:${resource}`,
    globalArn: (service, resource) =>
      `arn:${partition}:${service}::${service === 's3' ? '' : accountId}:${resource}`,
    warn,
  };
}

async function create(request: ResourceRequest): Promise<DeployedResource> {
  const { stack, logicalId, type, properties } = request;
  const handler = resourceHandlers.get(type);
  if (!handler) {
    request.warn(`the local runtime does not know ${type}; ${stack}.${logicalId} has no effect here`);
    return { stack, logicalId, type, properties, ref: request.physicalName({ maxLength: 128 }) };
  }
  try {
    return { stack, logicalId, type, properties, ...(await handler(request)) };
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    const name = `${stack}: Resources.${logicalId} (${type})`;
    throw new RuntimeError('resource-failed', `${name} cannot be created: ${explain(error)}`, error);
  }
}

function resolveOutputs(
  stack: AssemblyStack,
  resolver: TemplateResolver,
  deployment: Deployment,
): Readonly<Record<string, string>> {
  const outputs: Record<string, string> = {};
  for (const [name, output] of Object.entries(stack.template.Outputs ?? {})) {
    const place = { stack: stack.name, path: ['Outputs', name] };
    if (!isWanted(output.Condition, resolver, stack.name, place.path)) continue;
    outputs[name] = asText(resolver.resolve(output.Value, within(place, 'Value')));
    addExport(output, outputs[name], resolver, deployment, stack.name, name);
  }
  return outputs;
}

function addExport(
  output: OutputDeclaration,
  value: string,
  resolver: TemplateResolver,
  deployment: Deployment,
  stack: string,
  name: string,
): void {
  if (output.Export === undefined) return;
  const place = { stack, path: ['Outputs', name, 'Export', 'Name'] };
  deployment.exports.set(resolver.text(output.Export.Name, place), value);
}

function isWanted(
  condition: string | undefined,
  resolver: TemplateResolver,
  stack: string,
  path: readonly string[],
): boolean {
  return condition === undefined || resolver.condition(condition, { stack, path: [...path, 'Condition'] });
}

function asText(value: Json | symbol): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
