import { writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { repositoryRoot } from './repository-root.ts';

/** Where the output is taken to lie: source maps name their sources relative to it, so by no machine's own path. */
const nominalOutput = join(repositoryRoot, 'cdk.out', 'asset');

/** A CommonJS dependency that calls `require` for one of Node's own modules finds none in an ES module. */
const requireForCommonJs =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/**
 * Bundles a function into a folder: `index.mjs`, the chunks that are loaded when first used, and a source map of each.
 * The same sources give the same bytes on every machine.
 *
 * @param entry - the module that exports `handler`, relative to the repository's root
 * @throws Error with esbuild's messages where the sources do not compile
 */
export function bundleFunctionCode(entry: string, outputFolder: string): void {
  const { outputFiles } = buildSync({
    absWorkingDir: repositoryRoot,
    entryPoints: { index: resolve(repositoryRoot, entry) },
    outdir: nominalOutput,
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    splitting: true,
    minify: true,
    // Packages with an ES build only under `module` (the AWS SDK) are a fifth smaller that way than as CommonJS.
    mainFields: ['module', 'main'],
    alias: { 'node:http': join(import.meta.dirname, 'node-http.ts') },
    define: { 'process.env.NODE_ENV': '"production"' },
    banner: { js: requireForCommonJs },
    charset: 'utf8',
    legalComments: 'none',
    sourcemap: 'linked',
    sourcesContent: false,
  });
  for (const file of outputFiles) writeFileSync(join(outputFolder, basename(file.path)), file.contents);
}
