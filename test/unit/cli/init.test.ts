import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { init } from '../../../lib/cli/init.ts';
import { repositoryRoot } from '../../../lib/cli/repository-root.ts';
import { loadConfiguration } from '../../../lib/config/load-configuration.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openclaw-init-'));
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const filesOf = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

describe('openclaw init', () => {
  it('writes a configuration that is valid, and keeps state and keys out of git', async () => {
    await init({ folder });
    expect(await filesOf()).toEqual(['.gitignore', 'openclaw.config.ts']);
    const text = await readFile(join(folder, 'openclaw.config.ts'), 'utf8');
    const file = join(folder, 'here.config.ts');
    await writeFile(
      file,
      text.replace('openclaw-serverless/config', `${repositoryRoot}lib/config/define-config.ts`),
    );
    expect(Object.keys((await loadConfiguration(file)).models)).toEqual(['openclaw-extract']);
    expect((await readFile(join(folder, '.gitignore'), 'utf8')).split('\n')).toContain('.openclaw/');
  });

  it('also writes a workflow and the roles that it needs, where one is asked for', async () => {
    await init({ folder, pipeline: 'github' });
    expect(await filesOf()).toEqual([
      '.github/workflows/openclaw.yml',
      '.gitignore',
      'openclaw.config.ts',
      'pipeline/oidc-role.yaml',
    ]);
  });

  it('overwrites nothing, and says so', async () => {
    await writeFile(join(folder, 'openclaw.config.ts'), 'mine');
    await init({ folder });
    expect(await readFile(join(folder, 'openclaw.config.ts'), 'utf8')).toBe('mine');
    const printed = vi
      .mocked(process.stdout.write)
      .mock.calls.map(([text]) => text)
      .join('');
    expect(printed).toContain('kept  openclaw.config.ts\nwrote .gitignore\n');
  });
});
