import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { configurationNames, configurations } from './configurations.ts';
import { synthesize } from './synthesize.ts';

/** CloudFormation's own limit is 500. */
const MOST_RESOURCES = 400;

/** Write the file anew with UPDATE_LOGICAL_IDS=1, and read what changed in it. */
const file = join(import.meta.dirname, 'logical-ids.txt');

/**
 * One line per resource: type and logical id. A deployment and a version are named after their content, so their last
 * part is left out.
 */
function list(stackName: string, template: Template): string[] {
  const resources: Record<string, { Type: string }> = template.toJSON().Resources;
  const lines = Object.entries(resources).map(([id, { Type }]) => `  ${Type} ${withoutHash(id, Type)}`);
  return [stackName, ...lines.sort()];
}

function withoutHash(id: string, type: string): string {
  return type === 'AWS::ApiGateway::Deployment' || type === 'AWS::Lambda::Version'
    ? id.replace(/[0-9a-f]{32}$/, '…')
    : id;
}

const apps = configurationNames.map((name) => [name, synthesize(configurations[name])] as const);

describe.each(apps)('the templates of the configuration %s', (_, { stackNames, template }) => {
  it(`have fewer than ${MOST_RESOURCES} resources each`, () => {
    for (const name of stackNames) {
      expect(Object.keys(template(name).toJSON().Resources).length).toBeLessThan(MOST_RESOURCES);
    }
  });

  it('have no custom resources, which run code of their own during a deployment', () => {
    const types = stackNames.flatMap((name) =>
      Object.values<{ Type: string }>(template(name).toJSON().Resources).map(({ Type }) => Type),
    );
    expect(types.filter((type) => /^Custom::|^AWS::CloudFormation::CustomResource$/.test(type))).toEqual([]);
  });
});

describe('logical ids', () => {
  it('stay what they are, because a new one is a new resource', () => {
    const [[, app]] = apps as [(typeof apps)[number]];
    const present = `${app.stackNames.flatMap((name) => list(name, app.template(name))).join('\n')}\n`;
    if (process.env.UPDATE_LOGICAL_IDS !== undefined) writeFileSync(file, present);
    expect(
      present.split('\n'),
      'A logical id that goes deletes a resource, one that comes creates one. If that is what the change is for, run ' +
        'UPDATE_LOGICAL_IDS=1 npx vitest run test/infra/logical-ids.test.ts and commit test/infra/logical-ids.txt. If ' +
        'not, a construct was renamed or moved: give it back its id.',
    ).toEqual(readFileSync(file, 'utf8').split('\n'));
  });
});
