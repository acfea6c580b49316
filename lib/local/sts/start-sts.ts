import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { partitionOf } from '../../config/partition.ts';
import type { Engine } from '../engines/engine.ts';
import { ServiceError } from '../engines/json-service.ts';
import { type HttpAnswer, type HttpCall, serveOnLoopback } from '../engines/serve-on-loopback.ts';
import { type Authorize, readCaller } from '../engines/service-call.ts';
import { assumeRole } from './assume-role.ts';
import { readQueryInput } from './query-input.ts';
import { readAssumeRole } from './read-assume-role.ts';
import { assumedRole } from './role-identity.ts';
import type { Session, SessionRegistry } from './session-registry.ts';
import { toXml, type XmlContent } from './xml.ts';

export interface StsOptions {
  /** Where sessions are opened and found. */
  readonly sessions: SessionRegistry;
  /** The account of callers that are no session: the person at this machine. */
  readonly accountId: string;
  /** Decides by role policies and trust policies. @default - everybody may assume every role */
  readonly authorize?: Authorize;
  /** Waited for before a new session's credentials are given out. */
  readonly onOpened?: (accessKeyId: string) => Promise<void>;
  /** Milliseconds since 1970. @default - the system's clock */
  readonly now?: () => number;
}

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';
/** Errors of the credentials and of what they allow; all others are the request's. */
const forbidden: ReadonlySet<string> = new Set(['AccessDenied', 'ExpiredToken', 'InvalidClientTokenId']);

/**
 * Serves AssumeRole and GetCallerIdentity on loopback with AWS's Query protocol.
 * https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html
 */
export function startSts(options: StsOptions): Promise<Engine> {
  return serveOnLoopback(async (call) => {
    const requestId = randomUUID();
    try {
      const { operation, result, opened } = execute(options, call);
      if (opened !== undefined) await options.onOpened?.(opened);
      const content = { [`${operation}Result`]: result, ResponseMetadata: { RequestId: requestId } };
      return toAnswer(200, toXml(`${operation}Response`, NAMESPACE, content));
    } catch (error) {
      const { code, reason } =
        error instanceof ServiceError ? error : { code: 'InternalFailure', reason: String(error) };
      const status = forbidden.has(code) ? 403 : code === 'InternalFailure' ? 500 : 400;
      const fault = { Type: status === 500 ? 'Receiver' : 'Sender', Code: code, Message: reason };
      return toAnswer(status, toXml('ErrorResponse', NAMESPACE, { Error: fault, RequestId: requestId }));
    }
  });
}

function execute(options: StsOptions, { headers, body }: HttpCall) {
  const { Action: operation, Version: _, ...input } = readQueryInput(body);
  if (operation !== 'AssumeRole' && operation !== 'GetCallerIdentity')
    throw new ServiceError('InvalidAction', `Could not find operation ${String(operation)} here`);
  const caller = readCaller(headers);
  const session = findSession(options.sessions, caller.accessKeyId, headers);
  if (operation === 'AssumeRole') readAssumeRole(input);
  options.authorize?.({ service: 'sts', operation, ...caller, input });
  if (operation === 'AssumeRole') {
    const { sessions, now = Date.now } = options;
    const { result, accessKeyId: opened } = assumeRole(sessions, input, session, now());
    return { operation, result, opened };
  }
  return { operation, result: identify(options.accountId, session, caller.region) };
}

function identify(accountId: string, session: Session | undefined, region: string): XmlContent {
  if (!session) {
    const arn = `arn:${partitionOf(region).name}:iam::${accountId}:root`;
    return { Arn: arn, UserId: accountId, Account: accountId };
  }
  const { arn, userId } = assumedRole(session);
  return { Arn: arn, UserId: userId, Account: session.accountId };
}

/** @returns undefined for the person's own credentials, whatever they are */
function findSession(
  sessions: SessionRegistry,
  accessKeyId: string | undefined,
  headers: IncomingHttpHeaders,
): Session | undefined {
  if (!accessKeyId?.startsWith('ASIA')) return undefined;
  const session = sessions.find(accessKeyId);
  if (session && headers['x-amz-security-token'] === session.sessionToken) return session;
  if (sessions.hasExpired(accessKeyId))
    throw new ServiceError('ExpiredToken', 'The security token included in the request is expired');
  throw new ServiceError('InvalidClientTokenId', 'The security token included in the request is invalid.');
}

function toAnswer(status: number, body: string): HttpAnswer {
  return { status, contentType: 'text/xml', body };
}
