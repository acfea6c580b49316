import { spawn } from 'node:child_process';
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { CommandError } from './command-error.ts';
import { hashSources } from './hash-sources.ts';
import { isSelfContained } from './is-self-contained.ts';
import { repositoryRoot } from './repository-root.ts';

export interface SynthesizeOptions {
  /** Absolute path of the configuration. */
  readonly configurationFile: string;
  /** Holds one folder per synthesis, named after what it was made from. */
  readonly assembliesDirectory: string;
  /** Ends the synthesis early. */
  readonly signal: AbortSignal;
  /** Checks the templates with CloudFormation's rules, which takes some seconds. @default false */
  readonly validate?: boolean;
  /** The CDK app, relative to the repository's root. @default bin/app.ts */
  readonly app?: string;
}

/** Marks a folder whose synthesis is not finished. */
const UNFINISHED = '.unfinished';

/**
 * Synthesizes the CDK app in a process of its own, which reads the configuration and all code afresh. What was
 * synthesized from the same sources before is taken as it is.
 *
 * @returns the folder of the cloud assembly
 * @throws CommandError with what the app printed: which key of the configuration is wrong, or which file does not compile
 */
export async function synthesize(options: SynthesizeOptions): Promise<string> {
  const { configurationFile, assembliesDirectory } = options;
  const hash = await hashSources(configurationFile);
  const reusable = await isSelfContained(configurationFile);
  const directory = join(assembliesDirectory, reusable ? hash : `${hash}-${Date.now()}`);
  if (reusable && (await exists(join(directory, 'manifest.json')))) return directory;
  const unfinished = `${directory}${UNFINISHED}-${process.pid}`;
  await mkdir(assembliesDirectory, { recursive: true, mode: 0o700 });
  try {
    await runApp(options, unfinished);
    // Sources that changed meanwhile must not be found under the name of the former ones.
    if ((await hashSources(configurationFile)) !== hash) return await synthesize(options);
    await rm(directory, { recursive: true, force: true });
    await rename(unfinished, directory);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return directory;
}

/** Removes what was synthesized before. To be called while no other process uses the folder. */
export async function removeOtherAssemblies(
  assembliesDirectory: string,
  inUse: readonly string[],
): Promise<void> {
  const directories = (await readdir(assembliesDirectory)).map((name) => join(assembliesDirectory, name));
  const unused = directories.filter((directory) => !inUse.includes(directory));
  await Promise.all(unused.map((directory) => rm(directory, { recursive: true, force: true })));
}

function runApp(options: SynthesizeOptions, outdir: string): Promise<void> {
  const child = spawn(process.execPath, [options.app ?? `bin/app${extname(import.meta.url)}`], {
    cwd: repositoryRoot,
    env: {
      ...process.env,
      OPENCLAW_CONFIG: options.configurationFile,
      CDK_OUTDIR: outdir,
      CDK_VALIDATION: String(options.validate ?? false),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
    signal: options.signal,
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      // One that is aborted is not gone yet, and may still write.
      if (!options.signal.aborted) reject(error);
    });
    child.once('close', (code) => {
      if (code === 0) resolve();
      else if (options.signal.aborted) reject(options.signal.reason);
      else reject(new CommandError(`the CDK app cannot be synthesized:\n${errors.trim()}`));
    });
  });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
