import { keysUnder, parseProviderKeys } from '../config/provider-keys-secret.ts';
import type { Configuration } from '../config/schema.ts';

/**
 * Reads the keys of a provider from the provider-keys secret in the order of the configuration. A name without a value is
 * left out, one whose key is being replaced gives two; a provider that is configured without keys has none.
 *
 * @throws Error where the secret is no JSON object. The message does not quote it.
 */
export async function readProviderKeys(
  provider: string,
  configuration: Pick<Configuration, 'providers'>,
  readSecret: () => Promise<string>,
): Promise<readonly string[]> {
  const settings = configuration.providers[provider];
  if (!settings || !('apiKeys' in settings) || settings.apiKeys.length === 0) return [];
  const secret = parseProviderKeys(await readSecret());
  return settings.apiKeys.flatMap((name) => keysUnder(secret, name));
}
