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
  const { profile, environment } = credentialsAsChecked(process.env);
  const child = spawn(process.execPath, [cli, ...args, ...profile, '--no-notices', '--no-color'], {
    env: {
      ...environment,
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

/**
 * Has the CDK use the credentials with which the account was checked. By itself it takes keys in the environment before
 * AWS_PROFILE, where the SDK does the contrary, and it knows variables that the SDK does not: it might deploy into
 * another account.
 */
export function credentialsAsChecked({
  AWS_DEFAULT_PROFILE: _,
  AMAZON_ACCESS_KEY_ID: __,
  AMAZON_SECRET_ACCESS_KEY: ___,
  AMAZON_SESSION_TOKEN: ____,
  ...environment
}: NodeJS.ProcessEnv): { readonly profile: readonly string[]; readonly environment: NodeJS.ProcessEnv } {
  const { AWS_PROFILE: profile } = environment;
  return { profile: profile ? ['--profile', profile] : [], environment };
}
