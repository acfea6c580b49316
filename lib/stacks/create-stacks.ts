import { Aspects, Tags } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Configuration } from '../config/schema.ts';
import { ResidencyLimit } from '../constructs/residency-limit.ts';
import { ApiStack } from './api-stack.ts';
import { DataStack } from './data-stack.ts';
import { JobsStack } from './jobs-stack.ts';
import { ModelsStack } from './models-stack.ts';
import { NetworkStack } from './network-stack.ts';

export interface CreateStacksOptions {
  /** The module that exports the API's handler, relative to the repository's root. @default functions/api/handler.ts */
  readonly apiEntry?: string;
  /** The module that exports the workers' handler. @default functions/worker/handler.ts */
  readonly workerEntry?: string;
  /** The module that exports the sweeper's handler. @default functions/sweeper/handler.ts */
  readonly sweeperEntry?: string;
}

/** The stacks of a deployment, by lifetime. */
export interface DeploymentStacks {
  readonly data: DataStack;
  readonly jobs: JobsStack;
  readonly api: ApiStack;
  /** @default - the deployment's network is public */
  readonly network?: NetworkStack;
  /** @default - the deployment has no endpoints of its own */
  readonly models?: ModelsStack;
}

/**
 * Makes the stacks of a deployment in an app, a stage or a construct. They are named after the deployment, not after
 * where they stand, so that moving a deployment into another app updates it instead of making a second one.
 */
export function createStacks(
  scope: Construct,
  configuration: Configuration,
  options: CreateStacksOptions = {},
): DeploymentStacks {
  const stackPrefix = nameStacks(configuration.name);
  const shared = {
    configuration,
    env: {
      ...(configuration.account !== undefined && { account: configuration.account }),
      ...(configuration.region !== undefined && { region: configuration.region }),
    },
    analyticsReporting: false,
  };
  const data = new DataStack(scope, `${stackPrefix}-Data`, {
    ...shared,
    stackName: `${stackPrefix}-Data`,
    description: `Data of the OpenClaw deployment ${configuration.name}`,
    stackPrefix,
  });
  const network =
    configuration.network.mode === 'isolated' &&
    new NetworkStack(scope, `${stackPrefix}-Network`, {
      ...shared,
      stackName: `${stackPrefix}-Network`,
      description: `Private network of the OpenClaw deployment ${configuration.name}`,
      network: configuration.network,
      data,
    });
  const jobs = new JobsStack(scope, `${stackPrefix}-Jobs`, {
    ...shared,
    stackName: `${stackPrefix}-Jobs`,
    description: `Jobs of the OpenClaw deployment ${configuration.name}`,
    data,
    ...(network && { network }),
    workerEntry: options.workerEntry ?? 'functions/worker/handler.ts',
    sweeperEntry: options.sweeperEntry ?? 'functions/sweeper/handler.ts',
  });
  const api = new ApiStack(scope, `${stackPrefix}-Api`, {
    ...shared,
    stackName: `${stackPrefix}-Api`,
    description: `API of the OpenClaw deployment ${configuration.name}`,
    data,
    jobs,
    ...(network && { network }),
    apiEntry: options.apiEntry ?? 'functions/api/handler.ts',
  });
  const hasEndpoints = Object.keys(configuration.endpoints).length > 0;
  const models =
    hasEndpoints &&
    new ModelsStack(scope, `${stackPrefix}-Models`, {
      ...shared,
      stackName: `${stackPrefix}-Models`,
      description: `Self-hosted models of the OpenClaw deployment ${configuration.name}`,
      data,
    });
  if (configuration.residency !== undefined) {
    Aspects.of(scope).add(new ResidencyLimit(configuration.residency));
  }
  Tags.of(scope).add('openclaw:deployment', configuration.name);
  return { data, jobs, api, ...(network && { network }), ...(models && { models }) };
}

/** `my-team` → `My-Team`. Hyphens stay, so that no two deployments get the same stacks. */
function nameStacks(deployment: string): string {
  if (deployment === 'openclaw') return 'OpenClaw';
  return deployment.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
