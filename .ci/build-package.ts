/**
 * Compiles what the published package carries into dist: the command line and the constructs as JavaScript with types,
 * and each function as the bundle that is deployed. `npm pack` and `npm publish` run it.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { makeBundle } from '../lib/constructs/bundle-function-code.ts';
import { documentConfiguration } from './document-configuration.ts';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '--project', 'tsconfig.package.json'], {
  cwd: root,
  stdio: 'inherit',
});
documentConfiguration(root, join(dist, 'lib/config/schema.d.ts'));
for (const entry of globSync('functions/*/handler.ts', { cwd: root })) {
  const folder = join(dist, dirname(entry));
  mkdirSync(folder, { recursive: true });
  makeBundle(entry, folder);
}
cpSync(
  join(root, 'lib/policy/access/openclaw.cedarschema'),
  join(dist, 'lib/policy/access/openclaw.cedarschema'),
);
cpSync(join(root, 'lib/constructs/rules'), join(dist, 'lib/constructs/rules'), { recursive: true });
cpSync(join(root, 'templates'), join(dist, 'templates'), { recursive: true });
