import { App, CfnOutput, Stack, Stage } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../lib/config/load-configuration.ts';
import { createApp } from '../../lib/stacks/create-app.ts';
import { OpenClaw } from '../../lib/stacks/open-claw.ts';
import { temporaryFolder } from './synthesize.ts';

/** The templates of an assembly, its stages included, by stack name. */
function templates(stage: Stage): Record<string, unknown> {
  const { stacksRecursively } = stage.synth();
  return Object.fromEntries(stacksRecursively.map(({ stackName, template }) => [stackName, template]));
}

/** CDK names an API's permission to call a function after the API's place in the whole app. */
function withoutPermissionIds(stacks: Record<string, unknown>): unknown {
  return JSON.parse(JSON.stringify(stacks).replace(/"(\w+ApiPermission|SweepAllowEventRule)\w+":/g, '"$1":'));
}

function userApp(): App {
  return new App({ outdir: temporaryFolder() });
}

describe('OpenClaw in an app of one’s own', () => {
  it('has the stacks that its configuration has when it is deployed by itself, whatever flags the app has', () => {
    const app = userApp();
    new OpenClaw(app, 'Ai', { name: 'my-team' });
    const own = createApp(parseConfiguration({ name: 'my-team' }, 'test.config.ts'), {
      outdir: temporaryFolder(),
    });
    expect(Object.keys(templates(app))).toEqual(['My-Team-Data', 'My-Team-Jobs', 'My-Team-Api']);
    expect(withoutPermissionIds(templates(app))).toEqual(withoutPermissionIds(templates(own)));
  });

  it('gives its URL to the stacks beside it', () => {
    const app = userApp();
    const { url } = new OpenClaw(app, 'Ai');
    const stack = new Stack(app, 'Mine');
    new CfnOutput(stack, 'BaseUrl', { value: `${url}v1` });
    const { Mine: mine } = templates(app);
    expect(JSON.stringify(mine)).toContain('"Fn::ImportValue":"OpenClaw-Api:ExportsOutputRefRestApi');
  });

  it('stands in a stage, in the stage’s account and region', () => {
    const app = userApp();
    const stage = new Stage(app, 'Production', { env: { account: '111122223333', region: 'eu-west-1' } });
    const { data, api } = new OpenClaw(stage, 'Ai', { name: 'live' });
    expect([data, api].map(({ account, region, stackName }) => ({ account, region, stackName }))).toEqual([
      { account: '111122223333', region: 'eu-west-1', stackName: 'Live-Data' },
      { account: '111122223333', region: 'eu-west-1', stackName: 'Live-Api' },
    ]);
  });

  it('refuses a configuration that is not valid, naming itself and the key', () => {
    expect(() => new OpenClaw(userApp(), 'Ai', { name: 'No Name' })).toThrow(
      /^the configuration of Ai is not valid:\n {2}name: use lower-case letters/,
    );
  });
});
