/**
 * What the provider-keys secret holds: a JSON object from the configuration's names to keys. While a key is being
 * replaced, its entry is a list: the new one first, then the former one.
 */
export type ProviderKeysSecret = Readonly<Record<string, unknown>>;

/** @throws Error where the text is no JSON object. The message does not quote it. */
export function parseProviderKeys(text: string): ProviderKeysSecret {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as ProviderKeysSecret;
  } catch {
    // Said below, without the parser's message: it would quote the secret.
  }
  throw new Error('the provider-keys secret is not a JSON object from key name to key');
}

/** The keys under a name, the one to use first at the beginning; none where there is no such name. */
export function keysUnder(secret: ProviderKeysSecret, name: string): readonly string[] {
  const entry = Object.hasOwn(secret, name) ? secret[name] : undefined;
  const keys: readonly unknown[] = Array.isArray(entry) ? entry : [entry];
  return keys.filter((key): key is string => typeof key === 'string' && key !== '');
}
