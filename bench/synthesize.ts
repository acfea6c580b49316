import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseConfiguration } from '../lib/config/load-configuration.ts';
import type { Configuration, ConfigurationInput } from '../lib/config/schema.ts';

/**
 * Synthesizes the platform as `openclaw dev` does.
 *
 * @param folder - where the configuration and the assembly are written to
 */
export function synthesize(
  input: ConfigurationInput,
  folder: string,
): { readonly configuration: Configuration; readonly assemblyDirectory: string } {
  const file = join(folder, 'openclaw.config.ts');
  const configuration = parseConfiguration(input, file);
  writeFileSync(file, `export default ${JSON.stringify(input)};`);
  const assemblyDirectory = synthesizeApp('bin/app.ts', folder, {
    OPENCLAW_CONFIG: file,
    CDK_VALIDATION: 'false',
  });
  return { configuration, assemblyDirectory };
}

/**
 * Runs a CDK app in a process of its own: what is to be measured does not carry the CDK along.
 *
 * @param module - relative to the repository's root; it writes its assembly into the folder that `CDK_OUTDIR` names
 * @returns the folder of the assembly
 */
export function synthesizeApp(
  module: string,
  folder: string,
  environment: Readonly<Record<string, string>>,
): string {
  const assemblyDirectory = join(folder, 'cdk.out');
  execFileSync(process.execPath, [module], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, ...environment, CDK_OUTDIR: assemblyDirectory },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return assemblyDirectory;
}
