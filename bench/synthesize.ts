import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseConfiguration } from '../lib/config/load-configuration.ts';
import type { Configuration, ConfigurationInput } from '../lib/config/schema.ts';

/**
 * Synthesizes the app as `openclaw dev` does, in a process of its own: what is to be measured does not carry the CDK along.
 *
 * @param folder - where the configuration and the assembly are written to
 */
export function synthesize(
  input: ConfigurationInput,
  folder: string,
): { readonly configuration: Configuration; readonly assemblyDirectory: string } {
  const file = join(folder, 'openclaw.config.ts');
  const assemblyDirectory = join(folder, 'cdk.out');
  const configuration = parseConfiguration(input, file);
  writeFileSync(file, `export default ${JSON.stringify(input)};`);
  execFileSync(process.execPath, ['bin/app.ts'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, OPENCLAW_CONFIG: file, CDK_OUTDIR: assemblyDirectory, CDK_VALIDATION: 'false' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return { configuration, assemblyDirectory };
}
