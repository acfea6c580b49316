import { configDefaults, defineConfig } from 'vitest/config';

// They deploy to moto, which `npm run test:deploy` starts.
const deploys = process.env.OPENCLAW_TEST_VENV !== undefined;
if (!deploys) console.info('SKIPPED: test/deploy, which `npm run test:deploy` runs');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The published package has a configuration of its own, for `npm run test:package`.
    exclude: [...configDefaults.exclude, 'test/package/**', ...(deploys ? [] : ['test/deploy/**'])],
    // Two workers fit the smallest supported machine (2 cores) without the tests timing each other out.
    maxWorkers: 2,
    // A worker keeps what it has loaded for the next file, which saves a quarter of the time.
    isolate: false,
    setupFiles: 'test/support/leave-as-found.ts',
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // Template validation costs about six seconds per first synth; one test of its own turns it on.
    env: { CDK_VALIDATION: 'false' },
  },
});
