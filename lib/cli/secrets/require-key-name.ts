import { CommandError } from '../command-error.ts';

/**
 * Makes sure that a name is one, and no key that was typed in its place: messages quote names.
 *
 * @throws CommandError which does not quote it
 */
export function requireKeyName(name: string): void {
  if (/^[A-Z][A-Z0-9_]*$/.test(name)) return;
  throw new CommandError(
    'name the key as the configuration does, in capital letters; the key itself comes in through the standard input',
  );
}
