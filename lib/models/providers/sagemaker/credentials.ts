import { type ModelCall, UpstreamError } from '../../../plugin/index.ts';

/** AWS credentials, as the AWS SDK's credential providers give them. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** When they end; absent for those that do not. */
  readonly expiration?: Date;
}

/** Gives credentials that are valid now. Called often: it must keep what it found. */
export type CredentialProvider = () => Promise<AwsCredentials>;

/**
 * Waits for work that needs credentials, which may come from another server, but no longer than a connection may take.
 *
 * @throws UpstreamError `authentication` where there are none, `timeout` or `cancelled`.
 */
export async function waitForCredentials<T>(
  work: Promise<T>,
  { signal, timeouts: { connectMs } }: Pick<ModelCall, 'signal' | 'timeouts'>,
  providerName: string,
): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const onAbort = () =>
    reject(
      signal.reason instanceof UpstreamError
        ? signal.reason
        : new UpstreamError('cancelled', `${providerName}: the call was cancelled`),
    );
  const timer = setTimeout(
    () => reject(new UpstreamError('timeout', `${providerName}: no AWS credentials within ${connectMs} ms`)),
    connectMs,
  );
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  // The cause may name files, profiles and addresses of this machine; its name says which provider failed.
  const found = work.catch((error: unknown) => {
    const name = error instanceof Error ? error.name : typeof error;
    throw new UpstreamError('authentication', `${providerName}: no AWS credentials (${name})`);
  });
  try {
    return await Promise.race([found, ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
