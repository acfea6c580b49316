import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type App,
  CloudFormationValidatePlugin,
  type IPolicyValidationPlugin,
  Validations,
} from 'aws-cdk-lib/core';

const folder = join(import.meta.dirname, 'rules');

/**
 * Checks the templates of an app at every synthesis with the project's own rules too: what CloudFormation Validate and
 * the published packs have no rule for. A finding is an error, like one of the default rules. An exception is made where
 * it arises, with `acknowledge` and `ownRule`.
 */
export function addOwnRules(app: App): void {
  const regoRules = readdirSync(folder)
    .filter((file) => file.endsWith('.rego'))
    .sort()
    .map((name) => ({ name, content: readFileSync(join(folder, name), 'utf8') }));
  const plugin = new CloudFormationValidatePlugin({ regoRules });
  // The cast: an absent property and an undefined one, which only our compiler tells apart.
  Validations.of(app).addPlugins(plugin as IPolicyValidationPlugin);
}

/** The id by which a finding of one of the project's own rules is acknowledged. */
export function ownRule(id: string): string {
  return `CloudFormation-Validate::${id}`;
}
