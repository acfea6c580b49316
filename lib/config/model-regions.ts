import { hostedUrl } from './hosted-models.ts';

/** What is read of a configuration to tell where a target processes what it is sent. */
export interface RegionalProvider {
  readonly kind: string;
  readonly baseUrl?: string | undefined;
  readonly region?: string | undefined;
  readonly dataRegion?: string | undefined;
}

/**
 * The regions to which Bedrock may send a request to an inference profile, by the first part of the profile's id.
 * Which of them depends on the model, and AWS adds to them; a region that is not here is still kept out by the
 * functions' permissions.
 * https://github.com/aws/aws-cdk/blob/main/packages/%40aws-cdk/aws-bedrock-alpha/bedrock/inference-profiles/cross-region-inference-profile.ts
 */
export const geographies: ReadonlyMap<string, readonly string[]> = new Map([
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
export const unbounded = new Set(['global', 'ca', 'sa', 'me', 'af', 'il', 'mx']);

/**
 * The regions in which a target may process a request: for most one, for a profile of Bedrock several.
 *
 * @param home - the deployment's region
 * @returns undefined where nobody can tell: a hosted provider without `dataRegion`, a profile that is served anywhere
 */
export function modelRegions(
  provider: RegionalProvider,
  model: string,
  home: string | undefined,
): readonly string[] | undefined {
  if (hostedUrl(provider) !== undefined) return only(provider.dataRegion);
  if (provider.kind !== 'bedrock') return only(provider.region ?? home);
  const { region, geography } = partsOfBedrockModel(model);
  if (unbounded.has(geography)) return undefined;
  return geographies.get(geography) ?? only(region ?? provider.region ?? home);
}

/** The region in the ARN of a Bedrock model, and the first part of its id, which names the geography of a profile. */
export function partsOfBedrockModel(model: string): {
  readonly region: string | undefined;
  readonly geography: string;
} {
  const arn = /^arn:[\w-]+:bedrock:([a-z0-9-]*):\d*:(.+)$/.exec(model);
  const id = arn === null ? model : (arn[2] ?? '').replace(/^inference-profile\//, '');
  return { region: arn?.[1] || undefined, geography: id.split('.')[0] ?? '' };
}

function only(region: string | undefined): readonly string[] | undefined {
  return region === undefined ? undefined : [region];
}
