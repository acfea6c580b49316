import { ServiceClient } from './aws/service-client.ts';
import { ServiceError } from './aws/service-error.ts';
import type { ServiceLocation } from './aws/service-location.ts';

/** Credentials of a session. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** When the service stops taking them, in epoch milliseconds. */
  readonly expiresAtMs: number;
}

/** A role that is assumed by another one lasts no longer: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html */
const SESSION_SECONDS = 3_600;
const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

/**
 * Makes a function that opens a session of a role for one tenant. The session's tag is what policies decide by; its name
 * is what CloudTrail shows.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export function roleAssumer(
  roleArn: string,
  location: ServiceLocation,
): (tenantId: string) => Promise<SessionCredentials> {
  const client = new ServiceClient(
    {
      service: 'sts',
      maxAttempts: 3,
      limits: { connectMs: 1_000, totalMs: 3_000 },
      readError: ({ status, body }) =>
        new ServiceError(
          readElement(body, 'Code') ?? `HTTP ${status}`,
          readElement(body, 'Message') ?? `STS answered with status ${status}`,
          status,
        ),
    },
    location,
  );
  return async (tenantId) => {
    const request = new URLSearchParams({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: roleArn,
      RoleSessionName: tenantId,
      DurationSeconds: String(SESSION_SECONDS),
      'Tags.member.1.Key': 'tenantId',
      'Tags.member.1.Value': tenantId,
    });
    const { body } = await client.post(form, request.toString());
    const accessKeyId = readElement(body, 'AccessKeyId');
    const secretAccessKey = readElement(body, 'SecretAccessKey');
    const sessionToken = readElement(body, 'SessionToken');
    const expiresAtMs = Date.parse(readElement(body, 'Expiration') ?? '');
    if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(expiresAtMs)) {
      throw new Error(`STS gave no credentials for tenant ${tenantId}`);
    }
    return { accessKeyId, secretAccessKey, sessionToken, expiresAtMs };
  };
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The text of the one element of this name. STS's answers have neither attributes nor CDATA where this is used. */
function readElement(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text?.trim().replace(/&(amp|lt|gt|quot|apos);/g, (_whole, entity: string) => entities[entity] ?? '');
}
