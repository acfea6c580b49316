import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { repositoryRoot } from './repository-root.ts';

/** Everything in the repository that a synthesis depends on, besides the configuration. The package has part of it. */
const sourceFolders = ['bin', 'functions', 'lib'] as const;
const sourceFiles = ['cdk.json', 'package.json', 'package-lock.json', 'tsconfig.json'] as const;

/**
 * A hash over all that a synthesis depends on: the same hash, the same templates and bundles.
 *
 * @param configurationFile - absolute path
 * @returns 20 hexadecimal digits
 */
export async function hashSources(configurationFile: string): Promise<string> {
  const nested = await Promise.all(sourceFolders.map((folder) => listFiles(join(repositoryRoot, folder))));
  const singles = sourceFiles.map((file) => join(repositoryRoot, file)).filter((file) => existsSync(file));
  const files = [...singles, ...nested.flat().sort()];
  const contents = await Promise.all([...files, configurationFile].map((file) => readFile(file)));
  const hash = createHash('sha256');
  contents.forEach((content, index) => {
    const file = files[index];
    // Where the configuration lies changes nothing.
    const name = file === undefined ? 'configuration' : relative(repositoryRoot, file);
    hash.update(`${name}\0${content.length}\0`).update(content);
  });
  return hash.digest('hex').slice(0, 20);
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
