import { readFile } from 'node:fs/promises';
import { CommandError } from './command-error.ts';

/** Outputs of all stacks of a deployment, by name. */
export type Outputs = Readonly<Record<string, string>>;

/**
 * The outputs of all stacks in the file that `cdk deploy --outputs-file` or `openclaw deploy` wrote.
 *
 * @throws CommandError where there is no such file
 */
export async function readOutputs(file: string): Promise<Outputs> {
  let stacks: unknown;
  try {
    stacks = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new CommandError(
      `${file} cannot be read: write it with \`npx cdk deploy --all --outputs-file ${file}\``,
      { cause },
    );
  }
  if (typeof stacks !== 'object' || stacks === null)
    throw new CommandError(`${file} holds no stacks' outputs`);
  return Object.assign({}, ...Object.values(stacks)) as Outputs;
}

/** @throws CommandError where the output is missing */
export function findOutput(outputs: Outputs, name: string, file: string): string {
  const value = outputs[name];
  if (value === undefined)
    throw new CommandError(`${file} has no output ${name}: it is not of an OpenClaw deployment`);
  return value;
}
