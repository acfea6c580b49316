import { partitionOf } from '../../config/partition.ts';
import type { Credentials, CredentialsProvider } from './credentials.ts';

/** Where a service of AWS is, and as whom it is called. */
export interface ServiceLocation {
  /** @default - `AWS_ENDPOINT_URL_…` of the service, else the region's own */
  readonly endpoint?: string;
  /** @default - `AWS_REGION` */
  readonly region?: string;
  /** @default - those in the environment, as Lambda puts them there */
  readonly credentials?: Credentials | CredentialsProvider;
}

export type ServiceName = 'dynamodb' | 'secretsmanager' | 'sts';

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
const endpointVariables: Readonly<Record<ServiceName, string>> = {
  dynamodb: 'AWS_ENDPOINT_URL_DYNAMODB',
  secretsmanager: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  sts: 'AWS_ENDPOINT_URL_STS',
};

/**
 * The region that a service is called in.
 *
 * @throws Error where neither the location nor the environment names one
 */
export function regionOf({ region = process.env.AWS_REGION }: ServiceLocation): string {
  if (region) return region;
  throw new Error('no AWS region is set: set AWS_REGION');
}

/**
 * The URL of a service.
 * https://docs.aws.amazon.com/general/latest/gr/rande.html
 *
 * @throws Error where it depends on a region, and none is set
 */
export function endpointOf(service: ServiceName, location: ServiceLocation): URL {
  const { env } = process;
  const given = location.endpoint ?? env[endpointVariables[service]] ?? env.AWS_ENDPOINT_URL;
  if (given) return new URL(given);
  const region = regionOf(location);
  const host = env.AWS_USE_FIPS_ENDPOINT === 'true' ? `${service}-fips` : service;
  return new URL(`https://${host}.${region}.${partitionOf(region).urlSuffix}`);
}
