import { describe, expect, it } from 'vitest';
import { synthesize } from './synthesize.ts';

describe('the app', () => {
  it.each([
    ['openclaw', ['OpenClaw-Data', 'OpenClaw-Jobs', 'OpenClaw-Api']],
    ['my-team', ['My-Team-Data', 'My-Team-Jobs', 'My-Team-Api']],
    // Not the same stacks as those of `openclaw`.
    ['open-claw', ['Open-Claw-Data', 'Open-Claw-Jobs', 'Open-Claw-Api']],
  ])('names the stacks of the deployment %s', (name, stackNames) => {
    expect(synthesize({ name }).stackNames).toEqual(stackNames);
  });

  it('protects the data stack, and only it, from termination', () => {
    const { stacks } = synthesize();
    expect(stacks.map(({ terminationProtection }) => terminationProtection ?? false)).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('leaves account and region to the deployment, unless the configuration names them', () => {
    expect(synthesize().stacks.map(({ environment }) => environment.name)).toEqual([
      'aws://unknown-account/unknown-region',
      'aws://unknown-account/unknown-region',
      'aws://unknown-account/unknown-region',
    ]);
    const { stacks } = synthesize({ account: '111122223333', region: 'eu-west-1' });
    expect(stacks.map(({ environment }) => environment.name)).toEqual([
      'aws://111122223333/eu-west-1',
      'aws://111122223333/eu-west-1',
      'aws://111122223333/eu-west-1',
    ]);
  });

  it('tags every resource that has tags with the deployment', () => {
    const app = synthesize({ name: 'my-team' });
    for (const type of [
      'AWS::DynamoDB::Table',
      'AWS::KMS::Key',
      'AWS::S3::Bucket',
      'AWS::SecretsManager::Secret',
    ]) {
      app.template('My-Team-Data').allResourcesProperties(type, {
        Tags: [{ Key: 'openclaw:deployment', Value: 'my-team' }],
      });
    }
    app.template('My-Team-Api').allResourcesProperties('AWS::Lambda::Function', {
      Tags: [{ Key: 'openclaw:deployment', Value: 'my-team' }],
    });
  });

  it('gives the same templates each time', () => {
    const one = synthesize();
    const other = synthesize();
    for (const stackName of one.stackNames) {
      expect(one.template(stackName).toJSON()).toEqual(other.template(stackName).toJSON());
    }
  });
});
