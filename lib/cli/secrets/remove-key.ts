import { keysUnder, type ProviderKeysSecret } from '../../config/provider-keys-secret.ts';
import { CommandError } from '../command-error.ts';
import { ProviderKeys, type ProviderKeysOptions } from './provider-keys.ts';
import { requireKeyName } from './require-key-name.ts';

export interface RemoveKeyOptions extends ProviderKeysOptions {
  /** Removes only the key that was replaced. @default false */
  readonly former?: boolean;
}

/**
 * `openclaw secrets remove <NAME>`: forgets a key of a provider, or with `--former` the one before it. A name that is no
 * longer in the configuration can be removed too.
 *
 * @throws CommandError where there is no such key
 */
export async function removeKey(name: string, options: RemoveKeyOptions): Promise<void> {
  requireKeyName(name);
  const keys = await ProviderKeys.open(options);
  await keys.edit((secret) => (options.former ? withoutFormerKey(secret, name) : withoutKey(secret, name)));
  process.stderr.write(
    options.former ? `The former key under ${name} is removed.\n` : `${name} is removed.\n`,
  );
}

/** @throws CommandError where there is none */
export function withoutKey(secret: ProviderKeysSecret, name: string): ProviderKeysSecret {
  if (!Object.hasOwn(secret, name)) throw new CommandError(`no key is stored under ${name}`);
  return Object.fromEntries(Object.entries(secret).filter(([other]) => other !== name));
}

/** @throws CommandError where there is none */
export function withoutFormerKey(secret: ProviderKeysSecret, name: string): ProviderKeysSecret {
  const [key, former] = keysUnder(secret, name);
  if (key === undefined || former === undefined)
    throw new CommandError(`no former key is stored under ${name}`);
  return { ...secret, [name]: key };
}
