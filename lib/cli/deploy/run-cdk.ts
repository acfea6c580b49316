import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';

export interface CdkOptions {
  readonly region: string;
  /** Gets each line as it is printed, without colours. */
  readonly onLine?: (line: string) => void;
}

export interface CdkResult {
  readonly code: number;
  /** All that was printed, without colours. */
  readonly lines: readonly string[];
}

/**
 * Runs the pinned CDK command line. It is the deployment's engine as it is for everyone else: it publishes the assets,
 * assumes the bootstrap stack's roles, and makes and executes change sets.
 */
export async function runCdk(args: readonly string[], { region, onLine }: CdkOptions): Promise<CdkResult> {
  const cli = join(dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json')), 'bin/cdk');
  const child = spawn(process.execPath, [cli, ...args, '--no-notices', '--no-color'], {
    env: {
      ...process.env,
      // The app may leave the region open, and then it must be the one that was checked.
      AWS_REGION: region,
      CDK_DISABLE_CLI_TELEMETRY: 'true',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const read = async (stream: NodeJS.ReadableStream) => {
    for await (const raw of createInterface({ input: stream })) {
      const line = stripVTControlCharacters(raw);
      lines.push(line);
      onLine?.(line);
    }
  };
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  await Promise.all([read(child.stdout), read(child.stderr)]);
  return { code: await exited, lines };
}
