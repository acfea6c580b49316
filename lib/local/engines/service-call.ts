import type { IncomingHttpHeaders } from 'node:http';

/** A call of a local service, as far as it matters for who may make it. */
export interface ServiceCall {
  /** As in a signature and at the beginning of an IAM action, such as `kms`. */
  readonly service: string;
  /** Such as `Decrypt`. */
  readonly operation: string;
  /** The region of the signature; empty where the call is not signed. */
  readonly region: string;
  /** Whose signature it is; undefined where the call is not signed. */
  readonly accessKeyId: string | undefined;
  /** What proves that the key belongs to a session. */
  readonly sessionToken: string | undefined;
  /** The operation's parameters, with AWS's names. */
  readonly input: Readonly<Record<string, unknown>>;
}

/**
 * Asked before a call is executed.
 *
 * @throws ServiceError `AccessDeniedException`, or `AccessDenied` for STS, where the caller may not make it
 */
export type Authorize = (call: ServiceCall) => void;

/** Who makes a call. */
export type Caller = Pick<ServiceCall, 'accessKeyId' | 'sessionToken' | 'region'>;

/**
 * Reads out of a signature who signed it and for which region. The signature itself is not checked.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function readCaller(headers: IncomingHttpHeaders): Caller {
  const [, scope = ''] = /Credential=([^,\s]+)/.exec(headers.authorization ?? '') ?? [];
  // The date, the region, the service and `aws4_request` follow the key's id.
  const [accessKeyId, , region = ''] = scope.split('/');
  const sessionToken = headers['x-amz-security-token']?.toString();
  return { accessKeyId: accessKeyId || undefined, sessionToken, region };
}
