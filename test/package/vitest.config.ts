import { defineConfig } from 'vitest/config';

/** The tests of the published package install it for real, so they are no part of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/package/**/*.test.ts'],
    // One after the other: they build into the same folder.
    maxWorkers: 1,
    testTimeout: 60_000,
    hookTimeout: 240_000,
  },
});
