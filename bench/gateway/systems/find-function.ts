import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The folder of the one function that a synthesized app deploys.
 *
 * @throws Error where there is none or another one
 */
export async function findFunctionCode(assemblyDirectory: string): Promise<string> {
  const folders = (await readdir(assemblyDirectory))
    .map((name) => join(assemblyDirectory, name))
    .filter((folder) => existsSync(join(folder, 'index.mjs')));
  const [folder, ...others] = folders;
  if (folder === undefined || others.length > 0) {
    throw new Error(`one function expected in ${assemblyDirectory}, not ${folders.length}`);
  }
  return folder;
}
