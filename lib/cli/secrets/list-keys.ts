import { keysUnder, type ProviderKeysSecret } from '../../config/provider-keys-secret.ts';
import { ProviderKeys, type ProviderKeysOptions } from './provider-keys.ts';

/** Put into the secret when it is made, and used by nobody. */
const GENERATED = 'generated';

/** `openclaw secrets list`: tells which of the configuration's keys are stored. No key is shown. */
export async function listKeys(options: ProviderKeysOptions): Promise<void> {
  const keys = await ProviderKeys.open(options);
  const lines = describeKeys(keys.names, await keys.read());
  if (lines.length === 0) process.stderr.write(`${options.config} names no key of a provider.\n`);
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** A line for each name: those of the configuration, then what is stored besides. */
export function describeKeys(names: readonly string[], secret: ProviderKeysSecret): readonly string[] {
  const others = Object.keys(secret).filter((name) => name !== GENERATED && !names.includes(name));
  const states = [
    ...names.map((name) => [name, stateOf(keysUnder(secret, name).length)] as const),
    ...others.sort().map((name) => [name, 'stored, but not named in the configuration'] as const),
  ];
  const width = Math.max(0, ...states.map(([name]) => name.length));
  return states.map(([name, state]) => `${name.padEnd(width)}  ${state}`);
}

function stateOf(count: number): string {
  if (count === 0) return 'missing';
  return count === 1 ? 'stored' : 'stored, with the former key behind it';
}
