import { readFile } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { join } from 'node:path/posix';
import packageJson from '../../package.json' with { type: 'json' };
import { repositoryRoot } from './repository-root.ts';

const imported = /\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g;

/**
 * True where a configuration is all in its own file and in `lib` (or this package), so that the file's content tells
 * what it says. One that reads other files or the environment has to be asked anew each time.
 *
 * @param file - absolute path
 */
export async function isSelfContained(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8');
  if (/\bprocess\b|\bimport\s*\(|\brequire\b|\bDate\b/.test(text)) return false;
  const library = join(repositoryRoot, 'lib') + sep;
  return [...text.matchAll(imported)].every(
    ([, specifier = '']) =>
      specifier.startsWith(`${packageJson.name}/`) ||
      resolve(dirname(file), specifier.replace(/^file:\/\//, '')).startsWith(library),
  );
}
