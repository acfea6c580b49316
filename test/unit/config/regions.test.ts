import { RegionInfo } from 'aws-cdk-lib/region-info';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../../lib/config/load-configuration.ts';
import { regions } from '../../../lib/config/regions.ts';
import type { ConfigurationInput } from '../../../lib/config/schema.ts';

function problemsOf(input: ConfigurationInput): string {
  try {
    parseConfiguration(input, 'test.config.ts');
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a region', () => {
  it('is one that the CDK knows', () => {
    expect(regions).toEqual(RegionInfo.regions.map(({ name }) => name).toSorted());
  });

  it.each(['eu-west-1', 'us-gov-west-1', 'cn-north-1', 'eusc-de-east-1'])('can be %s', (region) => {
    expect(problemsOf({ region })).toBe('');
  });

  it.each<[string, ConfigurationInput, string]>([
    [
      'that there is none of',
      { region: 'us-west-3' },
      'region: there is no region "us-west-3"; regions: us-east-1, us-east-2, us-gov-east-1,',
    ],
    [
      'that is a name of a person’s own',
      { region: 'frankfurt' },
      'there is no region "frankfurt"; regions: af-south-1,',
    ],
    [
      'of a provider',
      { providers: { p: { kind: 'bedrock', region: 'eu-west-9' } } },
      'providers.p.region: there is no region "eu-west-9"; regions: eu-central-1,',
    ],
    [
      'without SageMaker, for a model that is there',
      {
        region: 'us-isob-west-1',
        providers: { gpu: { kind: 'sagemaker', endpoint: 'chat' } },
        models: { m: { targets: [{ provider: 'gpu', model: 'm' }] } },
      },
      'providers.gpu: us-isob-west-1 has no Amazon SageMaker; use an endpoint in another region',
    ],
  ])('%s is refused, with what to use instead', (_, input, sentence) => {
    expect(problemsOf(input)).toContain(sentence);
  });
});

describe('a name', () => {
  it('may have 32 characters', () => {
    expect(problemsOf({ name: 'a'.repeat(32) })).toBe('');
  });

  it('that is longer is refused with the reason', () => {
    expect(problemsOf({ name: 'a'.repeat(33) })).toContain(
      'name: use at most 32 characters: what is named after it',
    );
  });
});
