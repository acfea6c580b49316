/** What ends a command with exit code 1. The message is for the person at the terminal and is printed as it is. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
