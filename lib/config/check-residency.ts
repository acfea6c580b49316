import { hostedUrl, type Routes, usedProviders } from './hosted-models.ts';
import { geographies, partsOfBedrockModel, unbounded } from './model-regions.ts';
import type { Problem } from './problem.ts';
import type { ResidencyConfiguration } from './residency.ts';

/** What is read of a configuration to tell where its data goes. */
export interface ResidentConfiguration extends Routes {
  readonly region?: string | undefined;
  readonly residency?: ResidencyConfiguration | undefined;
  readonly bedrockGuardrails?: Readonly<Record<string, { readonly region?: string | undefined }>> | undefined;
}

type Provider = Routes['providers'][string] & { readonly region?: string; readonly dataRegion?: string };

/** Finds the stacks and routes that leave the regions of `residency`. */
export function findResidencyProblems(configuration: ResidentConfiguration): Problem[] {
  const { region, residency } = configuration;
  if (residency === undefined) return [];
  const problems = [
    ...usedProviders(configuration).flatMap((name) => providerProblems(configuration, name)),
    ...guardrailProblems(configuration, residency),
  ];
  if (region === undefined) {
    problems.unshift({ path: ['region'], message: `name the region, one of ${list(residency.regions)}` });
  } else if (!residency.regions.includes(region)) {
    problems.unshift({ path: ['region'], message: leaves(region, residency) });
  }
  return problems;
}

function guardrailProblems(
  { bedrockGuardrails = {} }: ResidentConfiguration,
  residency: ResidencyConfiguration,
): Problem[] {
  return Object.entries(bedrockGuardrails).flatMap(([name, { region }]) =>
    region === undefined || residency.regions.includes(region)
      ? []
      : [{ path: ['bedrockGuardrails', name, 'region'], message: leaves(region, residency) }],
  );
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
  const { region, geography } = partsOfBedrockModel(model);
  if (region !== undefined && !residency.regions.includes(region)) return leaves(region, residency);
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
