import { defineConfig } from 'vitest/config';

/** The tests of the published package install it for real, so they are no part of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/package/**/*.test.ts'],
    // One after the other: they build into the same folder.
    maxWorkers: 1,
    // A first installation downloads some 200 MB.
    testTimeout: 120_000,
    hookTimeout: 600_000,
  },
});
