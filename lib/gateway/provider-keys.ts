import type { Configuration } from '../config/schema.ts';

/**
 * Reads the keys of a provider from the provider-keys secret, a JSON object from key name to key, in the order of the
 * configuration. A name without a value is left out; a provider that is configured without keys has none.
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
  const values = parseSecret(await readSecret());
  return settings.apiKeys
    .map((name) => values[name])
    .filter((key) => typeof key === 'string' && key !== '') as string[];
}

function parseSecret(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below, without the parser's message: it would quote the secret.
  }
  throw new Error('the provider-keys secret is not a JSON object from key name to key');
}
