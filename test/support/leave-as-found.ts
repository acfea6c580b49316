import { afterAll, vi } from 'vitest';

// Runs with every file of tests: files share their worker's process, and none may depend on what ran before it.
const found = { ...process.env };

afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  for (const name of Object.keys(process.env)) if (!(name in found)) delete process.env[name];
  Object.assign(process.env, found);
});
