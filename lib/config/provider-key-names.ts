import type { Configuration } from './schema.ts';

/** The names of all providers' keys, each once, in order. Their values are entries of the provider-keys secret. */
export function providerKeyNames({ providers }: Pick<Configuration, 'providers'>): readonly string[] {
  const names = Object.values(providers).flatMap((provider) =>
    'apiKeys' in provider ? provider.apiKeys : [],
  );
  return [...new Set(names)].sort();
}
