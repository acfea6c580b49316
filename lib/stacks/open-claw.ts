import { Construct } from 'constructs';
import cdk from '../../cdk.json' with { type: 'json' };
import { parseConfiguration } from '../config/load-configuration.ts';
import type { Configuration, ConfigurationInput } from '../config/schema.ts';
import type { ApiStack } from './api-stack.ts';
import { createStacks } from './create-stacks.ts';
import type { DataStack } from './data-stack.ts';

export type { ApiStack, ConfigurationInput, DataStack };

/** What a configuration file says: every key has a default. */
export type OpenClawProps = ConfigurationInput;

/**
 * A deployment of OpenClaw inside an app of your own: the same stacks, under the same names, as `openclaw deploy` makes
 * from the same configuration. Its scope is an App or a Stage; two in one account and region need different `name`s.
 *
 * @example
 * const openClaw = new OpenClaw(app, 'OpenClaw', { name: 'my-team', region: 'eu-central-1' });
 * new CfnOutput(myStack, 'BaseUrl', { value: `${openClaw.url}v1` });
 */
export class OpenClaw extends Construct {
  /** Where the API is reached; ends in a slash. Clients take it with `v1` appended. */
  readonly url: string;
  /** What the deployment must never lose: tables, bucket, secrets and the key that encrypts them. */
  readonly data: DataStack;
  /** The HTTPS API. */
  readonly api: ApiStack;
  /** The configuration with all defaults filled in. */
  readonly configuration: Configuration;

  /** @throws ConfigurationError listing every bad key */
  constructor(scope: Construct, id: string, props: OpenClawProps = {}) {
    super(scope, id);
    this.configuration = parseConfiguration(props, `of ${this.node.path}`);
    // The feature flags that the stacks are written and tested for, whichever the app around them has.
    for (const [flag, value] of Object.entries(cdk.context)) this.node.setContext(flag, value);
    const { data, api } = createStacks(this, this.configuration);
    this.data = data;
    this.api = api;
    this.url = api.url;
  }
}
