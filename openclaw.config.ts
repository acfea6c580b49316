import { defineConfig } from './lib/config/define-config.ts';

export default defineConfig({
  providers: {
    builtin: { kind: 'openclaw-extract' },
  },
  models: {
    'openclaw-extract': { targets: [{ provider: 'builtin', model: 'openclaw-extract' }] },
  },
});
