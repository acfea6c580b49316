import { copyFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type BuildOptions, buildSync, version } from 'esbuild';
import { layCachedBundle } from './bundle-cache.ts';
import { repositoryRoot } from './repository-root.ts';

/** Where the output is taken to lie: source maps name their sources relative to it, so by no machine's own path. */
const nominalOutput = join(repositoryRoot, 'cdk.out', 'asset');

/**
 * A CommonJS dependency that calls `require` for one of Node's own modules, or asks for its own folder, finds neither in
 * an ES module.
 */
const globalsOfCommonJs =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url),__dirname=import.meta.dirname;";

/** Modules that read files which lie beside them: a bundle that has the one gets the others. */
const filesReadBeside: Readonly<Record<string, readonly string[]>> = {
  'node_modules/@cedar-policy/cedar-wasm/nodejs/cedar_wasm.js': ['cedar_wasm_bg.wasm'],
  'lib/policy/access/schema.ts': ['openclaw.cedarschema'],
};

/**
 * Bundles a function into an empty folder: `index.mjs`, the chunks that are loaded when first used, a source map of each,
 * and the files that they read. What was bundled before from the same sources is not bundled again.
 * The same sources give the same bytes on every machine.
 *
 * @param entry - the module that exports `handler`, relative to the repository's root
 * @throws Error with esbuild's messages where the sources do not compile
 */
export function bundleFunctionCode(entry: string, outputFolder: string): void {
  const settings = JSON.stringify([version, filesReadBeside, optionsFor(entry)]);
  layCachedBundle(settings, outputFolder, () => makeBundle(entry, outputFolder));
}

/**
 * Bundles a function, whether it was bundled before or not.
 *
 * @returns the files that went into it, relative to the repository's root
 */
export function makeBundle(entry: string, outputFolder: string): readonly string[] {
  const { outputFiles, metafile } = buildSync(optionsFor(entry));
  const files = Object.keys(metafile.inputs);
  for (const file of outputFiles) writeFileSync(join(outputFolder, basename(file.path)), file.contents);
  const beside = files.flatMap((input) => filesOf(input).map((name) => join(dirname(input), name)));
  for (const path of beside) copyFileSync(resolve(repositoryRoot, path), join(outputFolder, basename(path)));
  return [...files, ...beside, 'package-lock.json', 'tsconfig.json'];
}

function optionsFor(entry: string) {
  return {
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
    banner: { js: globalsOfCommonJs },
    charset: 'utf8',
    legalComments: 'none',
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
  } as const satisfies BuildOptions;
}

/** Where the project is a dependency, what it depends on lies in a folder above it. */
function filesOf(input: string): readonly string[] {
  return Object.entries(filesReadBeside).find(([module]) => input.endsWith(module))?.[1] ?? [];
}
