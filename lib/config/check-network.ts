import type { DomainConfiguration } from './domain.ts';
import { hostedUrl, type Routes, usedProviders } from './hosted-models.ts';
import type { NetworkConfiguration } from './network.ts';
import type { Problem } from './problem.ts';

/** What is read of a configuration to tell whether its network can work. */
export interface NetworkedConfiguration extends Routes {
  readonly region?: string | undefined;
  readonly network: NetworkConfiguration;
  readonly domain?: DomainConfiguration | undefined;
}

/** Finds what an isolated network cannot do. */
export function findNetworkProblems(configuration: NetworkedConfiguration): Problem[] {
  if (configuration.network.mode !== 'isolated') return [];
  return [...placeProblems(configuration), ...providerProblems(configuration)];
}

function* placeProblems({ region, domain }: NetworkedConfiguration): Generator<Problem> {
  if (region === undefined) {
    yield {
      path: ['region'],
      message: 'name the region: the names of the VPC endpoints of an isolated network depend on it',
    };
  }
  if (domain !== undefined) {
    yield {
      path: ['domain'],
      message:
        'an isolated API keeps the name that AWS gives it; leave domain out, or use network mode public',
    };
  }
}

function* providerProblems(configuration: NetworkedConfiguration): Generator<Problem> {
  for (const name of usedProviders(configuration)) {
    const provider = configuration.providers[name] as Routes['providers'][string] & { region?: string };
    if (provider.region !== undefined && provider.region !== configuration.region) {
      yield {
        path: ['providers', name, 'region'],
        message: `an isolated network reaches AWS only in its own region, ${configuration.region ?? 'unnamed'}`,
      };
    }
    const url = hostedUrl(provider);
    if (url !== undefined && (url.protocol !== 'https:' || url.port !== '')) {
      yield {
        path: ['providers', name, 'baseUrl'],
        message: 'out of an isolated network only https on port 443 is let, whose certificate names the host',
      };
    }
  }
}
