import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';

/** Sizes of a function's minified modules, in bytes. */
export interface BundleSize {
  /** The entry and all that it imports statically: what a cold start reads and compiles. */
  readonly atStartBytes: number;
  /** All modules, those included that are loaded when first used. Without source maps. */
  readonly totalBytes: number;
  readonly modules: number;
}

/** Follows the imports of a bundle's entry, as esbuild reads them. */
export async function measureBundle(entry: string): Promise<BundleSize> {
  const folder = dirname(entry);
  const { metafile } = await build({
    entryPoints: [entry],
    absWorkingDir: folder,
    bundle: true,
    format: 'esm',
    platform: 'node',
    splitting: true,
    outdir: folder,
    write: false,
    metafile: true,
    logLevel: 'error',
  });
  const reached = new Set<string>();
  const follow = (path: string) => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { path: imported, kind, external } of metafile.inputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && !external) follow(imported);
    }
  };
  follow(basename(entry));
  const modules = (await readdir(folder)).filter((name) => name.endsWith('.mjs'));
  const sizes = await Promise.all(
    modules.map(async (name) => ({ name, bytes: (await stat(join(folder, name))).size })),
  );
  const sum = (some: typeof sizes) => some.reduce((total, { bytes }) => total + bytes, 0);
  return {
    atStartBytes: sum(sizes.filter(({ name }) => reached.has(name))),
    totalBytes: sum(sizes),
    modules: modules.length,
  };
}
