import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import cdk from '../../cdk.json' with { type: 'json' };
import type { ConfigurationInput } from '../../lib/config/schema.ts';
import { synthesize } from './synthesize.ts';

/** Uses every kind of resource and statement that a configuration can bring about. */
const everything: ConfigurationInput = {
  account: '111122223333',
  region: 'eu-west-1',
  providers: {
    hosted: { kind: 'openai', apiKeys: ['UPSTREAM_OPENAI_API_KEY'] },
    gpu: { kind: 'sagemaker', endpoint: 'qwen', inferenceComponent: 'chat' },
    bedrock: { kind: 'bedrock' },
    own: { kind: 'sagemaker', endpoint: 'chat' },
  },
  endpoints: {
    chat: { instanceType: 'ml.g6.xlarge', model: { s3Uri: 's3://models/chat/' }, parametersBillions: 4 },
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
        { provider: 'hosted', model: 'gpt' },
        { provider: 'own', model: 'chat' },
      ],
    },
    large: { targets: [{ provider: 'bedrock', model: 'eu.anthropic.claude-4:0' }] },
  },
};

const isolated: ConfigurationInput = {
  ...everything,
  network: { mode: 'isolated', callerRanges: ['10.0.0.0/8'], egressZones: 2 },
};

const guarded: ConfigurationInput = {
  account: '111122223333',
  region: 'eu-west-1',
  network: { mode: 'public', firewall: true },
  residency: { regions: ['eu-west-1'] },
  domain: {
    name: 'ai.example.com',
    certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/0123',
    hostedZone: { id: 'Z0123', name: 'example.com' },
    mutualTls: { truststoreUri: 's3://trust/ca.pem' },
  },
};

describe('the rules of CloudFormation Validate', () => {
  it('are errors', () => {
    expect(cdk.context).toHaveProperty('@aws-cdk/core:validateAgainstDefaultRules', true);
  });

  it.each([
    ['in the whole app', everything],
    ['in an isolated network', isolated],
    ['with a firewall and a domain', guarded],
  ])('find nothing %s', (_, configuration) => {
    vi.stubEnv('CDK_VALIDATION', 'true');
    const { outdir } = synthesize(configuration);
    vi.unstubAllEnvs();
    const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
    expect(report.pluginReports.flatMap(({ violations }: { violations: unknown[] }) => violations)).toEqual(
      [],
    );
  });
});
