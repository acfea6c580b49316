import { App, Tags } from 'aws-cdk-lib/core';
import cdk from '../../cdk.json' with { type: 'json' };
import type { Configuration } from '../config/schema.ts';
import { ApiStack } from './api-stack.ts';
import { DataStack } from './data-stack.ts';

export interface CreateAppOptions {
  /** Folder of the synthesized templates and assets. */
  readonly outdir: string;
  /** The module that exports the API's handler, relative to the repository's root. @default functions/api/handler.ts */
  readonly apiEntry?: string;
}

/**
 * The CDK app of a deployment: its stacks by lifetime. It looks nothing up, so it synthesizes without credentials and
 * without a network.
 */
export function createApp(configuration: Configuration, options: CreateAppOptions): App {
  const app = new App({
    outdir: options.outdir,
    // The CLI would pass these itself. Passed here too, the templates are the same however the app is started.
    context: cdk.context,
    analyticsReporting: false,
    treeMetadata: false,
  });
  const stackPrefix = nameStacks(configuration.name);
  const env = {
    ...(configuration.account !== undefined && { account: configuration.account }),
    ...(configuration.region !== undefined && { region: configuration.region }),
  };
  const data = new DataStack(app, `${stackPrefix}-Data`, {
    description: `Data of the OpenClaw deployment ${configuration.name}`,
    env,
    configuration,
    stackPrefix,
  });
  new ApiStack(app, `${stackPrefix}-Api`, {
    description: `API of the OpenClaw deployment ${configuration.name}`,
    env,
    configuration,
    data,
    apiEntry: options.apiEntry ?? 'functions/api/handler.ts',
  });
  Tags.of(app).add('openclaw:deployment', configuration.name);
  return app;
}

/** `my-team` → `My-Team`. Hyphens stay, so that no two deployments get the same stacks. */
function nameStacks(deployment: string): string {
  if (deployment === 'openclaw') return 'OpenClaw';
  return deployment.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
