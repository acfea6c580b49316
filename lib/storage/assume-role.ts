import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';

/** Credentials of a session, as the SDK's clients take them. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** When the service stops taking them, in epoch milliseconds. */
  readonly expiresAtMs: number;
}

export interface StsLocation {
  /** @default - the region's own, by `AWS_ENDPOINT_URL_STS` and the region */
  readonly endpoint?: string;
  readonly region?: string;
  /** @default - those that the SDK finds in the environment */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** A role that is assumed by another one lasts no longer: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html */
const SESSION_SECONDS = 3_600;

/**
 * Makes a function that opens a session of a role for one tenant. The session's tag is what policies decide by; its name
 * is what CloudTrail shows.
 */
export function roleAssumer(
  roleArn: string,
  location: StsLocation,
): (tenantId: string) => Promise<SessionCredentials> {
  const client = new STSClient({
    ...location,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000 },
  });
  return async (tenantId) => {
    const { Credentials: given } = await client.send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: tenantId,
        DurationSeconds: SESSION_SECONDS,
        Tags: [{ Key: 'tenantId', Value: tenantId }],
      }),
    );
    const {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
    } = given ?? {};
    if (!accessKeyId || !secretAccessKey || !sessionToken || !given?.Expiration) {
      throw new Error(`STS gave no credentials for tenant ${tenantId}`);
    }
    return { accessKeyId, secretAccessKey, sessionToken, expiresAtMs: given.Expiration.getTime() };
  };
}
