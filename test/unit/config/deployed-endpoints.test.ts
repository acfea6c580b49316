import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../../lib/config/load-configuration.ts';
import type { ConfigurationInput } from '../../../lib/config/schema.ts';

const endpoints: ConfigurationInput['endpoints'] = {
  chat: { instanceType: 'ml.g6.xlarge', model: { huggingFaceId: 'a/b' }, parametersBillions: 1 },
};

function providerOf(provider: object, others: ConfigurationInput = {}) {
  const input = {
    ...others,
    name: 'team',
    endpoints,
    providers: { p: { kind: 'sagemaker', ...provider } },
    models: {},
  };
  return parseConfiguration(input, 'test.config.ts').providers.p;
}

describe('a provider that names an endpoint', () => {
  it('of the deployment reaches it by its name in AWS, component included', () => {
    expect(providerOf({ endpoint: 'chat' })).toEqual({
      kind: 'sagemaker',
      endpoint: 'team-chat',
      inferenceComponent: 'team-chat',
      protocol: 'openai',
    });
  });

  it.each([
    ['with a component of its own', { endpoint: 'chat', inferenceComponent: 'other' }],
    ['that is not in the configuration', { endpoint: 'elsewhere' }],
    ['named as every object has a property', { endpoint: 'constructor' }],
  ])('%s is left as it is', (_, provider) => {
    expect(providerOf(provider)).toEqual({ kind: 'sagemaker', protocol: 'openai', ...provider });
  });

  it('of the deployment in another region is refused', () => {
    expect(() => providerOf({ endpoint: 'chat', region: 'us-east-1' })).toThrow(
      'providers.p.region: leave it out: the endpoint is part of the deployment and in its region',
    );
  });
});
