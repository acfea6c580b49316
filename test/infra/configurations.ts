import type { ConfigurationInput } from '../../lib/config/schema.ts';

/** What a deployment is with an empty configuration. */
const smallest: ConfigurationInput = {};

/** Uses every kind of resource and statement that a configuration can bring about. */
const everything: ConfigurationInput = {
  account: '111122223333',
  region: 'eu-west-1',
  alarms: { email: 'operations@example.com' },
  rollout: 'linear',
  tenants: { silos: ['vault'] },
  signIn: {
    issuers: [{ issuer: 'https://people.example.com', audience: 'openclaw' }],
    cognito: true,
    cognitoCallbackUrls: ['https://tools.example.com/signed-in'],
  },
  network: { mode: 'public', firewall: true },
  domain: {
    name: 'ai.example.com',
    certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/11111111-2222-3333-4444-555555555555',
    hostedZone: { id: 'Z0123456789ABC', name: 'example.com' },
    mutualTls: { truststoreUri: 's3://trust/clients.pem' },
  },
  providers: {
    hosted: { kind: 'openai', apiKeys: ['UPSTREAM_OPENAI_API_KEY'] },
    gpu: { kind: 'sagemaker', endpoint: 'qwen', inferenceComponent: 'chat' },
    bedrock: { kind: 'bedrock' },
    own: { kind: 'sagemaker', endpoint: 'chat' },
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
    tiny: {
      instanceType: 'ml.inf2.xlarge',
      image: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/neuron:1',
      model: { huggingFaceId: 'Qwen/Qwen3-0.6B' },
      parametersBillions: 0.6,
    },
  },
  models: {
    small: {
      targets: [
        { provider: 'gpu', model: 'qwen' },
        { provider: 'own', model: 'chat' },
        { provider: 'hosted', model: 'gpt' },
      ],
    },
    large: { targets: [{ provider: 'bedrock', model: 'eu.anthropic.claude-4:0' }] },
  },
};

const { domain, ...withoutDomain } = everything;

/** Reached from private networks alone, and reaching nothing but the models that it names. */
const isolated: ConfigurationInput = {
  ...withoutDomain,
  network: { mode: 'isolated', callerRanges: ['10.0.0.0/16'], egressZones: 2 },
  rollout: 'all-at-once',
};

/** The ends of what can be configured: what holds for these is taken to hold for all between. */
export const configurations = { smallest, everything, isolated } as const;

export type ConfigurationName = keyof typeof configurations;

export const configurationNames = Object.keys(configurations) as readonly ConfigurationName[];
