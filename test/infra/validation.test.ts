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

describe('the rules of CloudFormation Validate', () => {
  it('are errors', () => {
    expect(cdk.context).toHaveProperty('@aws-cdk/core:validateAgainstDefaultRules', true);
  });

  it('find nothing in the whole app', () => {
    vi.stubEnv('CDK_VALIDATION', 'true');
    const { outdir } = synthesize(everything);
    vi.unstubAllEnvs();
    const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
    expect(report.pluginReports.flatMap(({ violations }: { violations: unknown[] }) => violations)).toEqual(
      [],
    );
  });
});
