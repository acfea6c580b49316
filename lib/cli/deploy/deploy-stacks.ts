import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandError } from '../command-error.ts';
import type { Outputs } from '../create-key.ts';
import type { DeploymentPlan } from './deployment-plan.ts';
import { explainFailure } from './explain-failure.ts';
import { progressReporter } from './report-progress.ts';
import { runCdk } from './run-cdk.ts';
import { print } from './terminal.ts';

export interface DeployStacksOptions {
  readonly region: string;
  /** File to write the outputs to. */
  readonly outputs: string;
  readonly method: 'change-set' | 'direct';
}

/**
 * Deploys all stacks of a plan and writes their outputs to a file, in the form of `cdk deploy --outputs-file`.
 *
 * @returns the outputs of all stacks, by name
 * @throws CommandError naming the resource that failed, the reason and the next step
 */
export async function deployStacks(
  plan: DeploymentPlan,
  { region, outputs: outputsFile, method }: DeployStacksOptions,
): Promise<Outputs> {
  const folder = await mkdtemp(join(tmpdir(), 'openclaw-outputs-'));
  try {
    const file = join(folder, 'outputs.json');
    const { code, lines } = await runCdk(
      [
        ...['deploy', '--all', '--app', plan.directory, '--outputs-file', file],
        // What changes has been approved before.
        ...['--require-approval', 'never', '--progress', 'events', '--method', method],
      ],
      { region, onLine: progressReporter(print) },
    );
    if (code !== 0) throw new CommandError(`the deployment failed: ${explainFailure(lines)}`);
    const text = await readFile(file, 'utf8');
    await writeFile(outputsFile, text);
    return Object.assign({}, ...Object.values(JSON.parse(text) as Record<string, Outputs>)) as Outputs;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
