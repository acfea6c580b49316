import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Two workers fit the smallest supported machine (2 cores) without the tests timing each other out.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Template validation costs about six seconds per first synth; one test of its own turns it on.
    env: { CDK_VALIDATION: 'false' },
  },
});
