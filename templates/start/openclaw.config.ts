import { defineConfig } from 'openclaw-serverless/config';

export default defineConfig({
  providers: {
    // Answers by quoting the conversation; needs no key.
    builtin: { kind: 'openclaw-extract' },
    // openai: { kind: 'openai', apiKeys: ['UPSTREAM_OPENAI_API_KEY'] },
  },
  models: {
    'openclaw-extract': { targets: [{ provider: 'builtin', model: 'openclaw-extract' }] },
    // fast: { targets: [{ provider: 'openai', model: 'gpt-5.4-mini' }] },
  },
});
