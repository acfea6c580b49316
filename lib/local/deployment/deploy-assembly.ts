import { type AccessTable, collectAccess } from '../access/index.ts';
import type { RestApiDefinition } from '../api-gateway/rest-api-definition.ts';
import type { Assembly } from '../assembly/read-assembly.ts';
import type { EventSources } from '../event-sources/event-source-set.ts';
import type { FunctionDefinition } from '../functions/function-definition.ts';
import { collectRestApis } from './collect-rest-apis.ts';
import { type DeployedResource, deployStack } from './deploy-stack.ts';
import type { Deployment } from './deployment.ts';

/** Everything that an assembly declares, created. */
export interface DeployedAssembly {
  readonly resources: readonly DeployedResource[];
  /** Who may do what. */
  readonly access: AccessTable;
  readonly functions: readonly FunctionDefinition[];
  readonly restApis: readonly RestApiDefinition[];
  /** What invokes functions besides the API. */
  readonly eventSources: EventSources;
  /** Tables whose items expire. */
  readonly timesToLive: readonly { readonly tableName: string; readonly attribute: string }[];
  /** By stack and name. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Creates what the stacks of an assembly declare, stack by stack.
 *
 * @throws RuntimeError `broken-template` or `resource-failed`
 */
export async function deployAssembly(assembly: Assembly, deployment: Deployment): Promise<DeployedAssembly> {
  const resources: DeployedResource[] = [];
  const outputs: Record<string, Readonly<Record<string, string>>> = {};
  for (const stack of assembly.stacks) {
    const deployed = await deployStack(stack, deployment);
    resources.push(...deployed.resources);
    outputs[stack.name] = deployed.outputs;
  }
  const functions = resources.flatMap((resource) => resource.function ?? []);
  return {
    resources,
    access: collectAccess(resources, deployment, deployment.warn),
    functions,
    eventSources: {
      queues: resources.flatMap((resource) => resource.queueSource ?? []),
      schedules: resources.flatMap((resource) => resource.schedules ?? []),
      functions,
    },
    restApis: collectRestApis(resources, deployment),
    timesToLive: resources.flatMap((resource) => resource.timeToLive ?? []),
    outputs,
  };
}
