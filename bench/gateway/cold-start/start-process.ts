import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** One start of a fresh process. */
export interface ProcessStart {
  /** From before the process was made to its first output. */
  readonly firstOutputMs: number;
  /** The JSON that it wrote. */
  readonly output: unknown;
}

/**
 * Runs a script in a fresh Node that inherits no variables, so no `NODE_OPTIONS` and no compile cache.
 *
 * @throws Error with what the process wrote where it fails or writes nothing
 */
export async function startProcess(
  script: URL,
  environment: Readonly<Record<string, string>>,
): Promise<ProcessStart> {
  const startMs = performance.now();
  const child = spawn(process.execPath, [fileURLToPath(script)], {
    env: { ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let firstOutputMs = 0;
  let output = '';
  let errors = '';
  child.stdout.on('data', (piece: Buffer) => {
    if (output === '') firstOutputMs = performance.now() - startMs;
    output += piece;
  });
  child.stderr.on('data', (piece: Buffer) => {
    errors += piece;
  });
  const [code] = await once(child, 'close');
  if (code !== 0 || output === '') {
    throw new Error(`${script.pathname} ended with ${code}: ${errors || output || 'no output'}`);
  }
  return { firstOutputMs, output: JSON.parse(output.split('\n', 1)[0] ?? '') };
}
