import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../../lib/config/load-configuration.ts';
import type { ConfigurationInput } from '../../../lib/config/schema.ts';

type Provider = NonNullable<ConfigurationInput['providers']>[string];

const frankfurtAndIreland = { regions: ['eu-central-1', 'eu-west-1'] };

/** What is wrong with a deployment in Frankfurt whose one model is at this provider. */
function problems(provider: Provider, model = 'm', input: ConfigurationInput = {}): string[] {
  const configuration = {
    region: 'eu-central-1',
    residency: frankfurtAndIreland,
    providers: { p: provider },
    models: { alias: { targets: [{ provider: 'p', model }] } },
    ...input,
  };
  try {
    parseConfiguration(configuration, 'test.config.ts');
    return [];
  } catch (error) {
    return (error as Error).message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
}

describe('residency', () => {
  it.each<[string, Provider, string?]>([
    ['what is built in', { kind: 'openclaw-extract' }],
    ['Bedrock in the deployment’s region', { kind: 'bedrock' }, 'amazon.nova-lite-v1:0'],
    [
      'Bedrock in another region of the list',
      { kind: 'bedrock', region: 'eu-west-1' },
      'amazon.nova-lite-v1:0',
    ],
    ['an endpoint in a region of the list', { kind: 'sagemaker', endpoint: 'e', region: 'eu-west-1' }],
    ['a hosted provider that says it is in the list', { kind: 'openai', dataRegion: 'eu-central-1' }],
  ])('lets %s be', (_, provider, model) => {
    expect(problems(provider, model)).toEqual([]);
  });

  it('lets guardrails of Bedrock be in a region of the list, and only there', () => {
    const guardrails = (region?: string) =>
      problems({ kind: 'openclaw-extract' }, 'm', {
        bedrockGuardrails: { strict: { id: 'abc', ...(region !== undefined && { region }) } },
      });
    expect([guardrails(), guardrails('eu-west-1')]).toEqual([[], []]);
    expect(guardrails('us-east-1')).toEqual([
      expect.stringContaining('bedrockGuardrails.strict.region: us-east-1 is outside residency.regions'),
    ]);
  });

  it.each<[string, Provider, string, string]>([
    [
      'Bedrock elsewhere',
      { kind: 'bedrock', region: 'us-east-1' },
      'amazon.nova-lite-v1:0',
      'providers.p.region: us-east-1 is outside residency.regions (eu-central-1, eu-west-1); use one of them, or add it',
    ],
    [
      'an endpoint elsewhere',
      { kind: 'sagemaker', endpoint: 'e', region: 'us-east-1' },
      'm',
      'providers.p.region: us-east-1 is outside residency.regions',
    ],
    [
      'a hosted provider that says nothing',
      { kind: 'anthropic' },
      'claude',
      'providers.p.dataRegion: say where the provider processes the data',
    ],
    [
      'a hosted provider that says it is elsewhere',
      { kind: 'google', dataRegion: 'us-east-1' },
      'gemini',
      'providers.p.dataRegion: us-east-1 is outside residency.regions',
    ],
    [
      'an inference profile with regions elsewhere',
      { kind: 'bedrock' },
      'eu.anthropic.claude-4:0',
      'models.alias.targets[0].model: the profile "eu." may be served in eu-central-2, eu-north-1',
    ],
    [
      'a profile of the whole world',
      { kind: 'bedrock' },
      'global.anthropic.claude-4:0',
      'models.alias.targets[0].model: the profile "global." may be served in any region',
    ],
    [
      'a profile by its ARN',
      { kind: 'bedrock' },
      'arn:aws:bedrock:eu-west-1:111122223333:inference-profile/eu.anthropic.claude-4:0',
      'models.alias.targets[0].model: the profile "eu." may be served in',
    ],
    [
      'a model by the ARN of a region elsewhere',
      { kind: 'bedrock' },
      'arn:aws:bedrock:us-east-1:111122223333:provisioned-model/abc',
      'models.alias.targets[0].model: us-east-1 is outside residency.regions',
    ],
  ])('refuses %s', (_, provider, model, expected) => {
    expect(problems(provider, model)).toEqual([expect.stringContaining(expected)]);
  });

  it('lets a profile be when all its regions are in the list', () => {
    const residency = { regions: ['ap-northeast-1', 'ap-northeast-3'] };
    const input = { region: 'ap-northeast-1', residency };
    expect(problems({ kind: 'bedrock' }, 'jp.anthropic.claude-4:0', input)).toEqual([]);
  });

  it('needs a region of the list to deploy to', () => {
    const builtin: Provider = { kind: 'openclaw-extract' };
    expect(problems(builtin, 'm', { region: 'us-east-1' })).toEqual([
      expect.stringMatching(/^region: us-east-1 is outside/),
    ]);
    expect(problems(builtin, 'm', { region: undefined })).toEqual([
      'region: name the region, one of eu-central-1, eu-west-1',
    ]);
  });

  it('says nothing of a provider that no model uses', () => {
    const input = { providers: { p: { kind: 'openclaw-extract' }, unused: { kind: 'openai' } } } as const;
    expect(problems({ kind: 'openclaw-extract' }, 'm', input)).toEqual([]);
  });
});

describe('an isolated network', () => {
  const isolated: ConfigurationInput = { residency: undefined, network: { mode: 'isolated' } };

  it.each<[string, Provider, string]>([
    [
      'Bedrock in another region',
      { kind: 'bedrock', region: 'eu-west-1' },
      'providers.p.region: an isolated network',
    ],
    [
      'a host without TLS',
      { kind: 'openai', baseUrl: 'http://10.1.2.3/v1' },
      'providers.p.baseUrl: out of an',
    ],
    [
      'another port',
      { kind: 'openai', baseUrl: 'https://models.example.com:8443/v1' },
      'providers.p.baseUrl: out of',
    ],
  ])('refuses %s', (_, provider, expected) => {
    expect(problems(provider, 'm', isolated)).toEqual([expect.stringContaining(expected)]);
  });

  it('needs a region, and takes no domain', () => {
    const certificateArn = 'arn:aws:acm:eu-west-1:111122223333:certificate/0123';
    const domain = { name: 'ai.example.com', certificateArn };
    expect(problems({ kind: 'openclaw-extract' }, 'm', { ...isolated, region: undefined, domain })).toEqual([
      expect.stringMatching(/^region: name the region/),
      expect.stringMatching(/^domain: an isolated API keeps/),
    ]);
  });

  it('takes no public range for its callers', () => {
    const network = { mode: 'isolated' as const, callerRanges: ['0.0.0.0/0'] };
    expect(problems({ kind: 'openclaw-extract' }, 'm', { ...isolated, network })).toEqual([
      expect.stringMatching(/^network\.callerRanges\[0\]: expected a private range/),
    ]);
  });
});

describe('a region that lacks a service', () => {
  it.each<[string, Provider, ConfigurationInput, string]>([
    [
      'Bedrock',
      { kind: 'bedrock' },
      { region: 'cn-north-1' },
      'providers.p: cn-north-1 has no Amazon Bedrock',
    ],
    [
      'WAF',
      { kind: 'openclaw-extract' },
      { region: 'us-isof-south-1', network: { mode: 'public', firewall: true } },
      'network.firewall: us-isof-south-1 has no AWS WAF',
    ],
    [
      'Network Firewall',
      { kind: 'openai' },
      { region: 'eu-isoe-west-1', network: { mode: 'isolated' } },
      'network.mode: eu-isoe-west-1 has no AWS Network Firewall',
    ],
  ])('is refused what needs %s', (_, provider, input, expected) => {
    expect(problems(provider, 'm', { residency: undefined, ...input })).toEqual([
      expect.stringContaining(expected),
    ]);
  });
});
