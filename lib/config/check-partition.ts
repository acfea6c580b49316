import { allowedHosts, type Destinations } from './allowed-hosts.ts';
import type { DomainConfiguration } from './domain.ts';
import { usedProviders } from './hosted-models.ts';
import type { NetworkConfiguration } from './network.ts';
import { partitionOf } from './partition.ts';
import type { Problem } from './problem.ts';

/** What is read of a configuration to tell whether its region has the services that it needs. */
export interface RegionalConfiguration extends Destinations {
  readonly network: NetworkConfiguration;
  readonly domain?: DomainConfiguration | undefined;
}

/**
 * Regions outside the commercial partition that lack a service, by how their names begin. From the endpoints that the
 * AWS SDK for Python lists (botocore 1.44, endpoints.json).
 */
const lacking = {
  'Amazon Bedrock': ['cn-', 'us-iso-west-', 'us-isob-west-', 'eu-isoe-'],
  'Amazon Cognito': ['cn-', 'us-iso-', 'us-isob-', 'eu-isoe-', 'us-isof-', 'eusc-'],
  'Amazon SageMaker': ['us-iso-west-', 'us-isob-west-', 'eu-isoe-'],
  'AWS WAF': ['us-iso-west-', 'us-isob-west-', 'eu-isoe-', 'us-isof-'],
  'AWS Network Firewall': ['us-iso-west-', 'us-isob-west-', 'eu-isoe-', 'us-isof-'],
} as const;

/** Finds what the region's partition does not have, and ARNs of another partition or region. */
export function findPartitionProblems(configuration: RegionalConfiguration): Problem[] {
  return [...serviceProblems(configuration), ...certificateProblems(configuration)];
}

function* serviceProblems(configuration: RegionalConfiguration): Generator<Problem> {
  const { region, network, providers, signIn } = configuration;
  for (const name of usedProviders(configuration)) {
    const provider = providers[name] as { kind: string; region?: string; baseUrl?: string };
    const at = provider.region ?? region;
    if (provider.kind === 'sagemaker' && !has('Amazon SageMaker', at)) {
      yield {
        path: ['providers', name],
        message: `${at} has no Amazon SageMaker; use an endpoint in another region, or a provider outside AWS`,
      };
    }
    if (provider.kind !== 'bedrock' || provider.baseUrl !== undefined || has('Amazon Bedrock', at)) continue;
    yield {
      path: ['providers', name],
      message: `${at} has no Amazon Bedrock; use a provider of kind sagemaker, or one outside AWS`,
    };
  }
  if (network.mode === 'public' && network.firewall && !has('AWS WAF', region)) {
    yield { path: ['network', 'firewall'], message: `${region} has no AWS WAF; leave the firewall out` };
  }
  if (signIn.cognito && !has('Amazon Cognito', region)) {
    yield {
      path: ['signIn', 'cognito'],
      message: `${region} has no Amazon Cognito; name the service where your people sign in under signIn.issuers`,
    };
  }
  const hosts = allowedHosts(configuration);
  if (network.mode === 'isolated' && hosts.length > 0 && !has('AWS Network Firewall', region)) {
    yield {
      path: ['network', 'mode'],
      message:
        `${region} has no AWS Network Firewall, which would limit the way out to ${hosts.join(', ')}; ` +
        'use models that AWS serves, or mode public',
    };
  }
}

function* certificateProblems({ region, domain }: RegionalConfiguration): Generator<Problem> {
  if (domain === undefined || region === undefined) return;
  const [, partition, , certificateRegion] = domain.certificateArn.split(':');
  if (partition === partitionOf(region).name && certificateRegion === region) return;
  yield {
    path: ['domain', 'certificateArn'],
    message: `the certificate is in ${certificateRegion}; a regional API needs one in ${region}`,
  };
}

function has(service: keyof typeof lacking, region: string | undefined): boolean {
  return region === undefined || !lacking[service].some((prefix) => region.startsWith(prefix));
}
