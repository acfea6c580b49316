import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadConfiguration } from '../config/load-configuration.ts';
import { synthesize } from './synthesize.ts';

export interface SynthOptions {
  /** File of the configuration. */
  readonly config: string;
  /** Folder to write the cloud assembly to. */
  readonly output: string;
}

/**
 * `openclaw synth`: checks the configuration, and the templates with CloudFormation's rules, and writes the templates.
 * Needs neither credentials nor a network. `cdk deploy --app <folder>` deploys them.
 *
 * @throws ConfigurationError, CommandError that tell what to change
 */
export async function synth({ config, output }: SynthOptions): Promise<void> {
  const configurationFile = resolve(config);
  // First, because it says best what is wrong with it.
  await loadConfiguration(configurationFile);
  const folder = await mkdtemp(join(tmpdir(), 'openclaw-synth-'));
  try {
    const assembly = await synthesize({
      configurationFile,
      assembliesDirectory: folder,
      signal: new AbortController().signal,
      validate: true,
    });
    await cp(assembly, output, { recursive: true });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  process.stdout.write(`The configuration and its templates are valid; the templates are in ${output}\n`);
}
