import { keysUnder, type ProviderKeysSecret } from '../../config/provider-keys-secret.ts';
import { CommandError } from '../command-error.ts';
import { ProviderKeys, type ProviderKeysOptions } from './provider-keys.ts';
import { readKey } from './read-key.ts';
import { requireKeyName } from './require-key-name.ts';

/**
 * `openclaw secrets set <NAME>`: stores a key of a provider that is read from the standard input. The former one stays
 * behind it, so that requests on their way and functions that have not read the new one yet go on.
 *
 * @throws CommandError that tells what to change
 */
export async function setKey(name: string, options: ProviderKeysOptions): Promise<void> {
  requireKeyName(name);
  const keys = await ProviderKeys.open(options);
  if (!keys.names.includes(name)) {
    const known = keys.names.length === 0 ? 'it names none' : `it names ${keys.names.join(', ')}`;
    throw new CommandError(`${options.config} names no key ${name} in \`apiKeys\` of a provider; ${known}`);
  }
  const key = await readKey(name);
  let former = 0;
  await keys.edit((secret) => {
    const changed = withKey(secret, name, key);
    former = keysUnder(changed, name).length - 1;
    return changed;
  });
  process.stderr.write(
    former === 0
      ? `${name} is stored.\n`
      : `${name} is stored; the former key is used where the new one is refused. ` +
          `Once it is revoked: openclaw secrets remove ${name} --former --outputs ${options.outputs}\n`,
  );
}

/** The secret with a key before the one that it had under the name. Of older ones none is kept. */
export function withKey(secret: ProviderKeysSecret, name: string, key: string): ProviderKeysSecret {
  const [former] = keysUnder(secret, name).filter((one) => one !== key);
  return { ...secret, [name]: former === undefined ? key : [key, former] };
}
