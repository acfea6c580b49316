import { existsSync } from 'node:fs';
import { installDependencies } from './install-dependencies.ts';

const benchmarks: Readonly<
  Record<string, () => Promise<{ main(args: readonly string[]): Promise<number> }>>
> = {
  admission: () => import('./admission/index.ts'),
  gateway: () => import('./gateway/index.ts'),
  policies: () => import('./policies/index.ts'),
  start: () => import('./start/index.ts'),
};

const [name = '', ...args] = process.argv.slice(2);
const load = benchmarks[name];
if (load) {
  if (!existsSync(new URL('node_modules', import.meta.url))) await installDependencies();
  const { main } = await load();
  process.exitCode = await main(args);
} else {
  console.error(
    `usage: npm run bench -- <benchmark> [options]\nbenchmarks: ${Object.keys(benchmarks).join(', ')}`,
  );
  process.exitCode = 1;
}
