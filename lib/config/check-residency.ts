import { hostedUrl, type Routes, usedProviders } from './hosted-models.ts';
import type { Problem } from './problem.ts';
import type { ResidencyConfiguration } from './residency.ts';

/** What is read of a configuration to tell where its data goes. */
export interface ResidentConfiguration extends Routes {
  readonly region?: string | undefined;
  readonly residency?: ResidencyConfiguration | undefined;
}

type Provider = Routes['providers'][string] & { readonly region?: string; readonly dataRegion?: string };

/**
 * The regions to which Bedrock may send a request to an inference profile, by the first part of the profile's id.
 * Which of them depends on the model, and AWS adds to them; a region that is not here is still kept out by the
 * functions' permissions.
 * https://github.com/aws/aws-cdk/blob/main/packages/%40aws-cdk/aws-bedrock-alpha/bedrock/inference-profiles/cross-region-inference-profile.ts
 */
const geographies: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'eu',
    [
      'eu-central-1',
      'eu-central-2',
      'eu-north-1',
      'eu-south-1',
      'eu-south-2',
      'eu-west-1',
      'eu-west-2',
      'eu-west-3',
    ],
  ],
  ['us', ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2']],
  ['us-gov', ['us-gov-east-1', 'us-gov-west-1']],
  [
    'apac',
    [
      'ap-east-2',
      'ap-northeast-1',
      'ap-northeast-2',
      'ap-northeast-3',
      'ap-south-1',
      'ap-south-2',
      'ap-southeast-1',
      'ap-southeast-2',
      'ap-southeast-3',
      'ap-southeast-4',
      'ap-southeast-5',
      'ap-southeast-7',
      'me-central-1',
    ],
  ],
  ['jp', ['ap-northeast-1', 'ap-northeast-3']],
  ['au', ['ap-southeast-2', 'ap-southeast-4']],
]);

/** Profiles whose regions no list here is known for: never within a residency. */
const unbounded = new Set(['global', 'ca', 'sa', 'me', 'af', 'il', 'mx']);

/** Finds the stacks and routes that leave the regions of `residency`. */
export function findResidencyProblems(configuration: ResidentConfiguration): Problem[] {
  const { region, residency } = configuration;
  if (residency === undefined) return [];
  const problems = usedProviders(configuration).flatMap((name) => providerProblems(configuration, name));
  if (region === undefined) {
    problems.unshift({ path: ['region'], message: `name the region, one of ${list(residency.regions)}` });
  } else if (!residency.regions.includes(region)) {
    problems.unshift({ path: ['region'], message: leaves(region, residency) });
  }
  return problems;
}

function providerProblems(configuration: ResidentConfiguration, name: string): Problem[] {
  const provider = configuration.providers[name] as Provider;
  const { residency, region: home } = configuration;
  if (residency === undefined) return [];
  if (hostedUrl(provider) !== undefined) {
    const key = ['providers', name, 'dataRegion'];
    const { dataRegion } = provider;
    if (dataRegion === undefined) {
      const message =
        'say where the provider processes the data, in the terms of residency.regions; ' +
        `only your contract with it can tell. Allowed: ${list(residency.regions)}`;
      return [{ path: key, message }];
    }
    return residency.regions.includes(dataRegion)
      ? []
      : [{ path: key, message: leaves(dataRegion, residency) }];
  }
  const region = provider.region ?? home;
  if (!('region' in provider) && provider.kind !== 'bedrock') return [];
  const path = ['providers', name, 'region'];
  const outside = region !== undefined && region !== home && !residency.regions.includes(region);
  return [
    ...(outside ? [{ path, message: leaves(region, residency) }] : []),
    ...(provider.kind === 'bedrock' ? modelProblems(configuration, name, residency) : []),
  ];
}

/** The models of a Bedrock provider that are served in several regions, some of them outside. */
function modelProblems(
  { models }: ResidentConfiguration,
  provider: string,
  residency: ResidencyConfiguration,
): Problem[] {
  return Object.entries(models).flatMap(([alias, { targets }]) =>
    targets.flatMap((target, index) => {
      if (target.provider !== provider) return [];
      const message = modelProblem(target.model, residency);
      return message === undefined ? [] : [{ path: ['models', alias, 'targets', index, 'model'], message }];
    }),
  );
}

function modelProblem(model: string, residency: ResidencyConfiguration): string | undefined {
  const arn = /^arn:[\w-]+:bedrock:([a-z0-9-]*):\d*:(.+)$/.exec(model);
  const region = arn?.[1];
  if (region !== undefined && region !== '' && !residency.regions.includes(region)) {
    return leaves(region, residency);
  }
  const id = arn === null ? model : (arn[2] ?? '').replace(/^inference-profile\//, '');
  const geography = id.split('.')[0] ?? '';
  if (unbounded.has(geography)) {
    return `the profile "${geography}." may be served in any region; use the model's id without "${geography}."`;
  }
  const outside = geographies.get(geography)?.filter((one) => !residency.regions.includes(one)) ?? [];
  if (outside.length === 0) return undefined;
  return (
    `the profile "${geography}." may be served in ${list(outside)} too; use the model's id without ` +
    `"${geography}.", or add these regions to residency.regions`
  );
}

function leaves(region: string, { regions }: ResidencyConfiguration): string {
  return `${region} is outside residency.regions (${list(regions)}); use one of them, or add it`;
}

function list(regions: readonly string[]): string {
  return regions.join(', ');
}
