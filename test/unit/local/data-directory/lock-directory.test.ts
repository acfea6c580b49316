import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockDirectory } from '../../../../lib/local/data-directory/lock-directory.ts';
import { temporaryDirectory } from '../support/write-assembly.ts';

const module = new URL('../../../../lib/local/data-directory/lock-directory.ts', import.meta.url).href;

describe('a directory', () => {
  it('belongs to one at a time', async () => {
    const directory = await temporaryDirectory();
    const lock = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'data-directory-in-use' });
    lock.release();
    (await lockDirectory(directory)).release();
  });

  it('belongs to the other process that holds it, by its id, until that is killed', async () => {
    const directory = await temporaryDirectory();
    const script = `
      const { lockDirectory } = await import(${JSON.stringify(module)});
      globalThis.lock = await lockDirectory(${JSON.stringify(directory)});
      console.log('held');
      setInterval(() => globalThis.lock, 1000);
    `;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void holder.kill('SIGKILL'));
    await once(holder.stdout, 'data');
    await expect(lockDirectory(directory)).rejects.toMatchObject({
      code: 'data-directory-in-use',
      message: expect.stringContaining(`process ${holder.pid}`),
    });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    (await lockDirectory(directory)).release();
  });

  it('that is not there cannot be held', async () => {
    await expect(lockDirectory('/nowhere/at/all')).rejects.toMatchObject({ code: 'data-directory-unusable' });
  });
});
