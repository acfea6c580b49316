/** What is read of a configuration to tell which hosted models it uses. */
export interface Routes {
  readonly providers: Readonly<
    Record<string, { readonly kind: string; readonly baseUrl?: string | undefined }>
  >;
  readonly models: Readonly<
    Record<string, { readonly targets: readonly { readonly provider: string; readonly model: string }[] }>
  >;
}

/** Where each kind of hosted provider is found, unless the configuration says otherwise. */
const homes: Readonly<Record<string, string>> = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com',
  google: 'https://generativelanguage.googleapis.com',
};

/** Names of the providers that some model has as a target: the only ones that are ever called. */
export function usedProviders({ providers, models }: Routes): string[] {
  const used = new Set(
    Object.values(models).flatMap(({ targets }) => targets.map(({ provider }) => provider)),
  );
  return Object.keys(providers).filter((name) => used.has(name));
}

/** The base URL of a provider outside AWS; undefined for one that AWS serves or that is built in. */
export function hostedUrl(provider: Routes['providers'][string]): URL | undefined {
  const home = homes[provider.kind];
  return home === undefined ? undefined : new URL(provider.baseUrl ?? home);
}
