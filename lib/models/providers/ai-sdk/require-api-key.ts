import { UpstreamError } from '../../../plugin/index.ts';

/**
 * The key of a call. Without this the AI SDK would look for one in the environment.
 *
 * @throws UpstreamError `authentication` where there is none.
 */
export function requireApiKey(apiKey: string | undefined, providerName: string): string {
  if (apiKey) return apiKey;
  throw new UpstreamError('authentication', `${providerName}: no key is configured`);
}
