import type { ConfigurationInput } from '../../lib/config/schema.ts';

/** A configuration with which every grant is of use, and what of it the scenario calls. */
export interface Deployment {
  readonly configuration: ConfigurationInput;
  readonly models: readonly string[];
}

/** @param upstream - where a hosted API is served */
export function deployments(
  upstream: string,
): Readonly<Record<'smallest' | 'everything' | 'isolated', Deployment>> {
  return {
    smallest: { configuration: {}, models: ['openclaw-extract'] },
    everything: {
      configuration: {
        account: '111122223333',
        region: 'eu-west-1',
        alarms: { email: 'operations@example.com' },
        rollout: 'linear',
        tenants: { silos: ['vault'] },
        network: { mode: 'public', firewall: true },
        providers: {
          hosted: { kind: 'openai', baseUrl: `${upstream}/v1`, apiKeys: ['UPSTREAM_OPENAI_API_KEY'] },
          token: { kind: 'sagemaker', endpoint: 'qwen', inferenceComponent: 'first' },
          invoke: { kind: 'sagemaker', endpoint: 'llama', inferenceComponent: 'second', protocol: 'invoke' },
          own: { kind: 'sagemaker', endpoint: 'chat' },
          bedrock: { kind: 'bedrock' },
        },
        endpoints: {
          chat: {
            instanceType: 'ml.g6.xlarge',
            model: {
              s3Uri: 's3://models/chat/',
              kmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555',
            },
            parametersBillions: 4,
          },
        },
        models: {
          hosted: { targets: [{ provider: 'hosted', model: 'gpt-5.4' }] },
          token: { targets: [{ provider: 'token', model: 'qwen' }] },
          invoke: { targets: [{ provider: 'invoke', model: 'llama' }] },
          own: { targets: [{ provider: 'own', model: 'chat' }] },
          claude: { targets: [{ provider: 'bedrock', model: 'anthropic.claude-4:0' }] },
          'claude-eu': { targets: [{ provider: 'bedrock', model: 'eu.anthropic.claude-5:0' }] },
        },
      },
      models: ['hosted', 'token', 'invoke', 'own', 'claude', 'claude-eu'],
    },
    isolated: {
      configuration: {
        account: '111122223333',
        region: 'eu-west-1',
        network: { mode: 'isolated' },
        providers: { gpu: { kind: 'sagemaker', endpoint: 'qwen' }, bedrock: { kind: 'bedrock' } },
        models: {
          qwen: { targets: [{ provider: 'gpu', model: 'qwen' }] },
          claude: { targets: [{ provider: 'bedrock', model: 'anthropic.claude-4:0' }] },
        },
      },
      models: ['qwen', 'claude'],
    },
  };
}
