import { ConfigurationError } from '../config/configuration-error.ts';
import { RuntimeError } from '../local/runtime-error.ts';
import { CommandError } from './command-error.ts';
import { createProgram } from './program.ts';

/**
 * Runs the command line and gives its exit code. An error that a person can mend is printed as one message, any other
 * with its stack.
 */
export async function runProgram(argv: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(argv);
    return 0;
  } catch (error) {
    console.error(`openclaw: ${describe(error)}`);
    return 1;
  }
}

function describe(error: unknown): string {
  const expected =
    error instanceof ConfigurationError || error instanceof RuntimeError || error instanceof CommandError;
  if (expected) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
