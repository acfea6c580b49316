import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { repositoryRoot } from './repository-root.ts';

/** Where tools keep what they can make again. */
const cacheFolder = join(repositoryRoot, 'node_modules', '.cache', 'openclaw', 'bundles');
const manifestName = 'manifest.json';

/** Hashes of files' contents. */
interface Manifest {
  /** What the bundle was made of, by path from the repository's root. */
  readonly sources: Readonly<Record<string, string>>;
  /** What it consists of, by name. */
  readonly bundle: Readonly<Record<string, string>>;
}

/**
 * Lays the bundle that was made last with the same settings into a folder, unless one of the files that went into it has
 * changed since: bundling the functions takes seconds of every synthesis.
 *
 * @param settings - whatever else the bundle depends on
 * @param outputFolder - empty
 * @param make - makes it there, and tells of which files, relative to the repository's root
 */
export function layCachedBundle(settings: string, outputFolder: string, make: () => readonly string[]): void {
  const cached = join(cacheFolder, hashOf(settings).slice(0, 20));
  const known = readFresh(cached);
  if (known) {
    for (const [name, content] of known) writeFileSync(join(outputFolder, name), content);
    return;
  }
  const sources = make();
  keep(cached, outputFolder, sources);
}

/** The files of a bundle; undefined where there is none, it is not whole, or it would be another one now. */
function readFresh(cached: string): readonly (readonly [name: string, content: Buffer])[] | undefined {
  try {
    const { sources, bundle } = JSON.parse(readFileSync(join(cached, manifestName), 'utf8')) as Manifest;
    const isCurrent = Object.entries(sources).every(([path, hash]) => hashOf(readSource(path)) === hash);
    if (!isCurrent) return undefined;
    const files = Object.keys(bundle).map((name) => [name, readFileSync(join(cached, name))] as const);
    return files.every(([name, content]) => hashOf(content) === bundle[name]) ? files : undefined;
  } catch {
    // Whatever is wrong with it, the bundle can be made.
    return undefined;
  }
}

function keep(cached: string, outputFolder: string, sources: readonly string[]): void {
  let folder: string | undefined;
  try {
    mkdirSync(cacheFolder, { recursive: true });
    folder = mkdtempSync(`${cached}-`);
    const bundle: Record<string, string> = {};
    for (const name of readdirSync(outputFolder)) {
      const content = readFileSync(join(outputFolder, name));
      writeFileSync(join(folder, name), content);
      bundle[name] = hashOf(content);
    }
    const manifest: Manifest = {
      sources: Object.fromEntries(sources.map((path) => [path, hashOf(readSource(path))])),
      bundle,
    };
    writeFileSync(join(folder, manifestName), JSON.stringify(manifest));
    rmSync(cached, { recursive: true, force: true });
    renameSync(folder, cached);
  } catch {
    // The folder may not be written, or another process has just kept the same.
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function readSource(path: string): Buffer {
  return readFileSync(resolve(repositoryRoot, path));
}

function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
