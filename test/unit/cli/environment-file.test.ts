import { execFileSync } from 'node:child_process';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEnvironmentFile, writeEnvironmentFile } from '../../../lib/cli/environment-file.ts';
import { temporaryDirectory } from '../local/support/write-assembly.ts';

const environment = {
  OPENAI_BASE_URL: 'http://127.0.0.1:8787/v1',
  OPENAI_API_KEY: 'oc_dev_a_b',
  OPENCLAW_ADMIN_KEY: 'oc_dev_c_d',
};

describe('the environment file', () => {
  it('is what a shell sources, for its owner alone', async () => {
    const directory = await temporaryDirectory();
    const file = join(directory, 'env');
    await writeFile(file, 'old', { mode: 0o644 });
    await writeEnvironmentFile(file, environment);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(['env']);
    const printed = execFileSync('bash', ['-c', `source ${file} && env`], { encoding: 'utf8' });
    for (const [name, value] of Object.entries(environment)) expect(printed).toContain(`${name}=${value}\n`);
  });

  it('is read again', async () => {
    const file = join(await temporaryDirectory(), 'env');
    expect(await readEnvironmentFile(file)).toEqual({});
    await writeEnvironmentFile(file, environment);
    expect(await readEnvironmentFile(file)).toEqual(environment);
  });

  it('is an error where it cannot be read', async () => {
    await expect(readEnvironmentFile(await temporaryDirectory())).rejects.toThrow('EISDIR');
  });
});
