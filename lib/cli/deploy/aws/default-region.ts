import { STSClient } from '@aws-sdk/client-sts';

/** The region that the environment or the chosen profile sets; undefined where neither does. */
export async function defaultRegion(): Promise<string | undefined> {
  const client = new STSClient({});
  try {
    return await client.config.region();
  } catch {
    // The SDK has no other way of saying that there is none.
    return undefined;
  } finally {
    client.destroy();
  }
}
