import { STSClient } from '@aws-sdk/client-sts';
import type { ServiceLocation } from '../../../storage/aws/service-location.ts';

/**
 * AWS as the person at this machine reaches it: the SDK finds their credentials in the environment, a profile, a single
 * sign-on or elsewhere, and their region where none is given.
 */
export async function operatorLocation(region?: string): Promise<ServiceLocation> {
  const { config } = new STSClient(region === undefined ? {} : { region });
  return { region: region ?? (await config.region()), credentials: () => config.credentials() };
}
