import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { explain, RuntimeError } from '../runtime-error.ts';

/** One process's claim to a data directory. */
export interface DirectoryLock {
  release(): void;
}

const SQLITE_BUSY = 5;

/**
 * Claims a directory for this process. The claim is an operating system's lock, held through an open SQLite file, so it
 * ends with the process however that ends: no claim is ever stale.
 *
 * @throws RuntimeError `data-directory-in-use` naming the process that holds it
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const holderFile = join(directory, 'lock.pid');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(directory, 'lock'), { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if (isBusy(error)) {
      const holder = await readFile(holderFile, 'utf8').then(
        (pid) => `process ${pid.trim()}`,
        () => 'another process',
      );
      throw new RuntimeError(
        'data-directory-in-use',
        `the data folder ${directory} is in use by ${holder}; stop it, or use another folder`,
        error,
      );
    }
    throw new RuntimeError(
      'data-directory-unusable',
      `the data folder ${directory} cannot be locked: ${explain(error)}`,
      error,
    );
  }
  await writeFile(holderFile, `${process.pid}\n`);
  const held = database;
  return { release: () => held.close() };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}
