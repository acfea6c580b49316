import { ServiceError } from '../engines/json-service.ts';
import type { QueryInput } from './query-input.ts';
import { readAssumeRole } from './read-assume-role.ts';
import { assumedRole } from './role-identity.ts';
import type { Session, SessionRegistry } from './session-registry.ts';
import type { XmlContent } from './xml.ts';

/** A session that is opened with another one lasts no longer than this. */
const LONGEST_CHAINED_SECONDS = 3_600;

/**
 * Opens a session of a role. Tags of the caller's own session that are transitive go with it, and so does its source
 * identity.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining
 *
 * @param caller - the session of the caller, if it is one
 * @returns the answer, and the id of the session
 * @throws ServiceError where the parameters cannot be granted
 */
export function assumeRole(
  sessions: SessionRegistry,
  input: QueryInput,
  caller: Session | undefined,
  nowMs: number,
): { readonly result: XmlContent; readonly accessKeyId: string } {
  const asked = readAssumeRole(input);
  if (caller && asked.durationSeconds > LONGEST_CHAINED_SECONDS) {
    throw new ServiceError(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  const inherited = inheritedTags(caller);
  const again = Object.keys(asked.tags).find((key) => Object.hasOwn(inherited, key));
  if (again !== undefined) {
    throw new ServiceError(
      'InvalidParameterValue',
      `One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session: ${again}`,
    );
  }
  if (caller?.sourceIdentity && asked.sourceIdentity && caller.sourceIdentity !== asked.sourceIdentity)
    throw new ServiceError('AccessDenied', 'The source identity of a session cannot be changed.');
  const sourceIdentity = asked.sourceIdentity ?? caller?.sourceIdentity;
  const request = {
    roleArn: asked.roleArn,
    sessionName: asked.sessionName,
    accountId: asked.roleArn.split(':')[4] ?? '',
    policy: asked.policy,
    policyArns: asked.policyArns,
    tags: { ...inherited, ...asked.tags },
    transitiveTagKeys: [...Object.keys(inherited), ...asked.transitiveTagKeys],
    // STS gives times in whole seconds.
    expiresAtMs: Math.floor(nowMs / 1000 + asked.durationSeconds) * 1000,
    sourceIdentity,
    calledFrom: caller?.calledFrom ?? caller?.roleArn,
  };
  const credentials = sessions.open(request);
  const { arn, userId } = assumedRole(request);
  const result = {
    AssumedRoleUser: { AssumedRoleId: userId, Arn: arn },
    Credentials: {
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      SessionToken: credentials.sessionToken,
      Expiration: new Date(credentials.expiresAtMs).toISOString().replace('.000Z', 'Z'),
    },
    SourceIdentity: sourceIdentity,
  };
  return { result, accessKeyId: credentials.accessKeyId };
}

function inheritedTags(caller: Session | undefined): Readonly<Record<string, string>> {
  const keys = new Set(caller?.transitiveTagKeys ?? []);
  return Object.fromEntries(Object.entries(caller?.tags ?? {}).filter(([key]) => keys.has(key)));
}
