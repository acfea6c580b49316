import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../../../lib/cli/repository-root.ts';

export interface Checkout {
  readonly tag: string;
  readonly folder: string;
  remove(): void;
}

/** The last tag of the history; undefined where the clone has none. */
export function lastTag(): string | undefined {
  try {
    return git('describe', '--tags', '--abbrev=0').trim();
  } catch {
    return undefined;
  }
}

/** Checks a tag out beside this checkout, with the packages that it was released with. */
export function checkOut(tag: string): Checkout {
  const folder = join(mkdtempSync(join(tmpdir(), 'openclaw-release-')), 'checkout');
  git('worktree', 'add', '--detach', folder, tag);
  const lock = (root: string) => readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (lock(folder) === lock(repositoryRoot)) {
    symlinkSync(join(repositoryRoot, 'node_modules'), join(folder, 'node_modules'));
  } else {
    execFileSync('npm', ['ci', '--silent'], { cwd: folder, stdio: 'inherit' });
  }
  return {
    tag,
    folder,
    remove: () => {
      git('worktree', 'remove', '--force', folder);
      rmSync(join(folder, '..'), { recursive: true, force: true });
    },
  };
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, {
    cwd: repositoryRoot,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
