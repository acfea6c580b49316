import { describe, expect, it } from 'vitest';
import { configurationSchema } from '../../../../lib/config/schema.ts';
import { createProvider } from '../../../../lib/models/providers/create-provider.ts';

const configuration = configurationSchema.parse({
  region: 'eu-central-1',
  providers: {
    hosted: { kind: 'openai', apiKeys: ['UPSTREAM_OPENAI_API_KEY'] },
    claude: { kind: 'anthropic', apiKeys: ['UPSTREAM_ANTHROPIC_API_KEY'] },
    gemini: { kind: 'google', apiKeys: ['UPSTREAM_GOOGLE_API_KEY'] },
    aws: { kind: 'bedrock' },
    gpu: { kind: 'sagemaker', endpoint: 'llama' },
    builtin: { kind: 'openclaw-extract' },
  },
  models: { any: { targets: [{ provider: 'hosted', model: 'm' }] } },
});

describe('making a provider', () => {
  it.each([
    ['hosted', 'passthrough'],
    ['claude', 'translated'],
    ['gemini', 'translated'],
    ['aws', 'translated'],
    ['gpu', 'passthrough'],
    ['builtin', 'translated'],
  ])('%s is a %s one', async (name, format) => {
    expect((await createProvider(name, configuration)).format).toBe(format);
  });

  it('names a provider that is not configured', async () => {
    await expect(createProvider('other', configuration)).rejects.toThrow('no provider "other"');
  });
});
