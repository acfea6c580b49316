import type { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { UpstreamError } from '../../../plugin/index.ts';
import type { CredentialProvider } from './credentials.ts';

export interface RuntimeOptions {
  readonly region: string;
  /** Begins every error message. */
  readonly providerName: string;
  /** Overrides the service's URL. */
  readonly endpointUrl?: string | undefined;
  /** Default: those that the SDK finds in the environment. */
  readonly credentials?: CredentialProvider;
}

/** The SDK's client and the commands that we send with it. */
export interface Runtime {
  readonly sdk: typeof import('@aws-sdk/client-sagemaker-runtime');
  readonly client: SageMakerRuntimeClient;
}

/** Loads the SDK and makes a client that tries once: routing retries. */
export async function createRuntime({ region, endpointUrl, credentials }: RuntimeOptions): Promise<Runtime> {
  const sdk = await import('@aws-sdk/client-sagemaker-runtime');
  const client = new sdk.SageMakerRuntimeClient({
    region,
    maxAttempts: 1,
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  return { sdk, client };
}

/** What can stand in a host's name; the SDK prints what cannot to the console. */
const regionName = /^[a-z0-9]+(?:-[a-z0-9]+)+$/;

/**
 * The service's URL without a slash at its end, with the DNS suffix of the region's partition.
 *
 * @throws UpstreamError `not_found` for what is no region.
 */
export function serviceUrl(
  { client }: Runtime,
  { region, endpointUrl, providerName }: RuntimeOptions,
): string {
  const url = endpointUrl ?? process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME;
  if (url) return url.replace(/\/+$/, '');
  if (!regionName.test(region)) {
    throw new UpstreamError('not_found', `${providerName}: "${region}" is not a region`);
  }
  const inRegion = { Region: region, UseDualStack: false, UseFIPS: false };
  return client.config.endpointProvider(inRegion).url.href.replace(/\/+$/, '');
}
