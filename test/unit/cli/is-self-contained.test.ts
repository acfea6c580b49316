import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isSelfContained } from '../../../lib/cli/is-self-contained.ts';
import { repositoryRoot } from '../../../lib/cli/repository-root.ts';
import { temporaryDirectory } from '../local/support/write-assembly.ts';

const defineConfig = `import { defineConfig } from '${repositoryRoot}lib/config/define-config.ts';`;

describe('a configuration tells all it says by its own text', () => {
  it('as the one of this repository does', async () => {
    expect(await isSelfContained(join(repositoryRoot, 'openclaw.config.ts'))).toBe(true);
  });

  it.each([
    ['that imports from lib', `${defineConfig} export default defineConfig({});`, true],
    ['by a file URL', defineConfig.replace("'/", "'file:///"), true],
    ['but not one that imports a neighbour', `${defineConfig} import models from './models.ts';`, false],
    ['but not one that imports a package', "import x from 'some-package';", false],
    ['but not one that re-exports', "export { default } from './team.ts';", false],
    ['but not one that imports for effect', "import './setup.ts';", false],
    [
      'but not one that imports later',
      `export default (await import('${repositoryRoot}lib/x.ts')).y;`,
      false,
    ],
    ['but not one that reads the environment', 'export default { region: process.env.REGION };', false],
    ['but not one that depends on the day', 'export default { name: new Date().toString() };', false],
  ])('%s', async (_what, text, expected) => {
    const file = join(await temporaryDirectory(), 'openclaw.config.ts');
    await writeFile(file, text);
    expect(await isSelfContained(file)).toBe(expected);
  });
});
