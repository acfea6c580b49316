import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { loadConfiguration } from '../../config/load-configuration.ts';
import type { Configuration } from '../../config/schema.ts';
import { type Assembly, type AssemblyStack, readAssembly } from '../../local/assembly/read-assembly.ts';
import { synthesize } from '../synthesize.ts';

/** What is to be deployed: the configuration and the stacks that were synthesized from it. */
export interface DeploymentPlan {
  readonly configuration: Configuration;
  /** Folder of the cloud assembly. */
  readonly directory: string;
  /** A stack stands after all that it depends on. */
  readonly stacks: readonly AssemblyStack[];
  /** What the stacks need of the account's bootstrap stack. */
  readonly bootstrap: BootstrapRequirement;
}

export interface BootstrapRequirement {
  /** The lowest version that has all roles and rights that the deployment uses. */
  readonly version: number;
  /** Name of the parameter of Systems Manager in which the bootstrap stack tells its version. */
  readonly parameter: string;
}

export interface PlanOptions {
  /** File of the configuration. */
  readonly config: string;
  /** Checks the templates with CloudFormation's rules, which takes some seconds. */
  readonly validate: boolean;
}

/**
 * Synthesizes what the configuration describes.
 *
 * @throws ConfigurationError, CommandError that tell what to change
 */
export async function planDeployment({ config, validate }: PlanOptions): Promise<DeploymentPlan> {
  const configurationFile = resolve(config);
  // First, because it says best what is wrong with it.
  const configuration = await loadConfiguration(configurationFile);
  const directory = await synthesize({
    configurationFile,
    // What was not validated must not be taken for what was.
    assembliesDirectory: resolve('.openclaw', validate ? 'deployed' : 'synthesized'),
    signal: new AbortController().signal,
    validate,
  });
  return readPlan(directory, configuration);
}

/** The plan of an assembly that is synthesized already. */
export async function readPlan(directory: string, configuration: Configuration): Promise<DeploymentPlan> {
  const assembly = await readAssembly(directory);
  return {
    configuration,
    directory: assembly.directory,
    stacks: assembly.stacks,
    bootstrap: await readBootstrapRequirement(assembly),
  };
}

interface Manifest {
  readonly artifacts: Readonly<
    Record<
      string,
      {
        readonly properties?: {
          readonly requiresBootstrapStackVersion?: number;
          readonly bootstrapStackVersionSsmParameter?: string;
        };
      }
    >
  >;
}

async function readBootstrapRequirement({ directory }: Assembly): Promise<BootstrapRequirement> {
  const { artifacts } = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as Manifest;
  const properties = Object.values(artifacts).map((artifact) => artifact.properties ?? {});
  return {
    version: Math.max(0, ...properties.map((each) => each.requiresBootstrapStackVersion ?? 0)),
    parameter:
      properties.find((each) => each.bootstrapStackVersionSsmParameter)?.bootstrapStackVersionSsmParameter ??
      '/cdk-bootstrap/hnb659fds/version',
  };
}
