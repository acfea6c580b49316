import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../load/quantile.ts';

/** Seconds from the command to the ready line, medians. */
export interface StartUpFinding {
  /** With nothing there: the app is synthesized and bundled. */
  readonly firstStartS: number;
  /** With an earlier start's templates and data. */
  readonly laterStartS: number;
}

const repositoryRoot = new URL('../..', import.meta.url).pathname;
/** What was bundled before. */
const bundles = join(repositoryRoot, 'node_modules', '.cache', 'openclaw');

/** Starts the platform as `npm start` does, first with an empty data folder, then with what that left. */
export async function measureStartUp(starts: number): Promise<StartUpFinding> {
  const first: number[] = [];
  const later: number[] = [];
  for (let start = 0; start < starts; start += 1) {
    const folder = await mkdtemp(join(tmpdir(), 'openclaw-bench-'));
    try {
      await rm(bundles, { recursive: true, force: true });
      first.push(await secondsToReady(folder));
      later.push(await secondsToReady(folder));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return { firstStartS: median(first), laterStartS: median(later) };
}

async function secondsToReady(dataDirectory: string): Promise<number> {
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, ['bin/openclaw.ts', 'dev', '--port', '0', '--data', dataDirectory], {
    cwd: repositoryRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const ready = new Promise<number>((resolve, reject) => {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('is ready at')) resolve((performance.now() - startedAtMs) / 1000);
    });
    void exited.then(() => reject(new Error(`the platform ended before it was ready:\n${output}`)));
  });
  try {
    return await ready;
  } finally {
    child.kill('SIGINT');
    await exited;
  }
}
