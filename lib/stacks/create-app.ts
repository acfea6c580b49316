import { App } from 'aws-cdk-lib/core';
import cdk from '../../cdk.json' with { type: 'json' };
import type { Configuration } from '../config/schema.ts';
import { addOwnRules } from '../constructs/own-rules.ts';
import { type CreateStacksOptions, createStacks } from './create-stacks.ts';

export interface CreateAppOptions extends CreateStacksOptions {
  /** Folder of the synthesized templates and assets. */
  readonly outdir: string;
  /** Checks the templates with the project's own rules too, in some tenths of a second. @default false */
  readonly checkOwnRules?: boolean;
}

/** The CDK app of a deployment. It looks nothing up, so it synthesizes without credentials and without a network. */
export function createApp(configuration: Configuration, options: CreateAppOptions): App {
  const app = new App({
    outdir: options.outdir,
    // The CLI would pass these itself. Passed here too, the templates are the same however the app is started.
    context: cdk.context,
    analyticsReporting: false,
    treeMetadata: false,
  });
  createStacks(app, configuration, options);
  if (options.checkOwnRules) addOwnRules(app);
  return app;
}
