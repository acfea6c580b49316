import { type EndpointConfiguration, endpointName } from './endpoints.ts';

interface SageMakerReference {
  readonly kind: 'sagemaker';
  readonly endpoint: string;
  readonly inferenceComponent?: string | undefined;
  readonly region?: string | undefined;
}

/** The key of `endpoints` that a provider refers to. One that names a component itself means an endpoint outside. */
export function deployedEndpoint(
  provider: { readonly kind: string },
  endpoints: Readonly<Record<string, EndpointConfiguration>>,
): string | undefined {
  if (provider.kind !== 'sagemaker') return undefined;
  const { endpoint, inferenceComponent } = provider as SageMakerReference;
  return inferenceComponent === undefined && Object.hasOwn(endpoints, endpoint) ? endpoint : undefined;
}

/**
 * Writes the names in AWS into the providers that refer to an endpoint of the deployment. Everything that reads the
 * configuration (the functions, their permissions) then finds an endpoint of ours like any other.
 */
export function resolveDeployedEndpoints<
  Configuration extends {
    readonly name: string;
    readonly providers: Readonly<Record<string, { readonly kind: string }>>;
    readonly endpoints: Readonly<Record<string, EndpointConfiguration>>;
  },
>(configuration: Configuration): Configuration {
  const providers = Object.entries(configuration.providers).map(([name, provider]) => {
    const key = deployedEndpoint(provider, configuration.endpoints);
    if (key === undefined) return [name, provider] as const;
    const inAws = endpointName(configuration.name, key);
    return [name, { ...provider, endpoint: inAws, inferenceComponent: inAws }] as const;
  });
  return { ...configuration, providers: Object.fromEntries(providers) };
}

/** True for a provider whose endpoint is part of the deployment, in a configuration with its names resolved. */
export function isDeployedWithIt(
  provider: { readonly kind: string },
  { name, endpoints }: { readonly name: string; readonly endpoints: Readonly<Record<string, unknown>> },
): boolean {
  if (provider.kind !== 'sagemaker') return false;
  const { endpoint, inferenceComponent } = provider as SageMakerReference;
  return (
    endpoint === inferenceComponent &&
    Object.keys(endpoints).some((key) => endpoint === endpointName(name, key))
  );
}
