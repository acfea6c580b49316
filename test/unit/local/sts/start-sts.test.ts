import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ServiceError } from '../../../../lib/local/engines/json-service.ts';
import type { ServiceCall } from '../../../../lib/local/engines/service-call.ts';
import { SessionRegistry } from '../../../../lib/local/sts/session-registry.ts';
import { type StsOptions, startSts } from '../../../../lib/local/sts/start-sts.ts';

const role = { RoleArn: 'arn:aws:iam::000000000000:role/app/Reader', RoleSessionName: 'search' };
const startMs = Date.UTC(2026, 0, 1);
const policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });

async function startFixture(options: Pick<StsOptions, 'authorize'> = {}) {
  let nowMs = startMs;
  const now = () => nowMs;
  const sessions = new SessionRegistry(now);
  const server = await startSts({ sessions, accountId: '000000000000', now, ...options });
  onTestFinished(() => server.stop());
  /** AWS's own client, for the person or for a session. */
  const clientFor = (
    credentials: {
      AccessKeyId?: string | undefined;
      SecretAccessKey?: string | undefined;
      SessionToken?: string | undefined;
    } = {},
  ) => {
    const { AccessKeyId = 'local', SecretAccessKey = 'local', SessionToken } = credentials;
    const client = new STSClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        ...(SessionToken !== undefined && { sessionToken: SessionToken }),
      },
    });
    onTestFinished(() => client.destroy());
    return client;
  };
  const assume = async (input: Partial<AssumeRoleCommandInput> = {}, as: STSClient = clientFor()) =>
    as.send(new AssumeRoleCommand({ ...role, ...input }));
  const advance = (ms: number) => {
    nowMs += ms;
  };
  return { sessions, clientFor, assume, advance, endpoint: server.endpoint };
}

describe('AssumeRole', () => {
  it('gives credentials that are found with all that was asked for', async () => {
    const { assume, sessions } = await startFixture();
    const { Credentials: credentials, AssumedRoleUser: user } = await assume({
      DurationSeconds: 900,
      Policy: policy,
      PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
      Tags: [
        { Key: 'tenantId', Value: 'acme @ co' },
        { Key: 'empty', Value: '' },
      ],
      TransitiveTagKeys: ['tenantId'],
      SourceIdentity: 'someone',
    });
    expect(credentials).toMatchObject({
      AccessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
      SecretAccessKey: expect.stringMatching(/^.{40}$/),
      Expiration: new Date(startMs + 900_000),
    });
    expect(user).toEqual({
      Arn: 'arn:aws:sts::000000000000:assumed-role/Reader/search',
      AssumedRoleId: expect.stringMatching(/^AROA[0-9A-F]{17}:search$/),
    });
    expect(sessions.find(credentials?.AccessKeyId ?? '')).toEqual({
      accessKeyId: credentials?.AccessKeyId,
      sessionToken: credentials?.SessionToken,
      roleArn: role.RoleArn,
      sessionName: 'search',
      accountId: '000000000000',
      policy,
      policyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
      tags: { tenantId: 'acme @ co', empty: '' },
      transitiveTagKeys: ['tenantId'],
      expiresAtMs: startMs + 900_000,
      sourceIdentity: 'someone',
    });
  });

  it('is for an hour where nothing is said', async () => {
    const { assume } = await startFixture();
    expect((await assume()).Credentials?.Expiration).toEqual(new Date(startMs + 3_600_000));
  });

  it('hands on the transitive tags and the source identity of the session that asks, for an hour at most', async () => {
    const { assume, clientFor, sessions } = await startFixture();
    const first = await assume({
      Tags: [
        { Key: 'tenantId', Value: 'acme' },
        { Key: 'own', Value: 'x' },
      ],
      TransitiveTagKeys: ['tenantId'],
      SourceIdentity: 'someone',
    });
    const chained = clientFor(first.Credentials);
    const second = await assume({ Tags: [{ Key: 'more', Value: 'y' }] }, chained);
    expect(sessions.find(second.Credentials?.AccessKeyId ?? '')).toMatchObject({
      tags: { tenantId: 'acme', more: 'y' },
      transitiveTagKeys: ['tenantId'],
      sourceIdentity: 'someone',
    });
    const again = assume({ Tags: [{ Key: 'tenantId', Value: 'globex' }] }, chained);
    await expect(again).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(assume({ SourceIdentity: 'another' }, chained)).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    await expect(assume({ DurationSeconds: 3_601 }, chained)).rejects.toThrow('role chaining');
  });

  it.each<[string, Partial<AssumeRoleCommandInput>, string]>([
    ['for less than 15 minutes', { DurationSeconds: 899 }, 'ValidationError'],
    ['for more than 12 hours', { DurationSeconds: 43_201 }, 'ValidationError'],
    ['with a policy of more than 2,048 characters', { Policy: policy.padEnd(2_049) }, 'ValidationError'],
    ['with a policy that is none', { Policy: '{"Statement":' }, 'MalformedPolicyDocumentException'],
    ['of a role without a name', { RoleArn: 'arn:aws:iam::000000000000:role/' }, 'ValidationError'],
    ['of what is no role', { RoleArn: 'arn:aws:iam::000000000000:user/someone' }, 'ValidationError'],
    ['with a session name of one character', { RoleSessionName: 'a' }, 'ValidationError'],
    ['with a session name of two words', { RoleSessionName: 'a b' }, 'ValidationError'],
    [
      'with a tag twice',
      {
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'A', Value: '2' },
        ],
      },
      'InvalidParameterValue',
    ],
    [
      'with more than 50 tags',
      { Tags: Array.from({ length: 51 }, (_, at) => ({ Key: `k${at}`, Value: '' })) },
      'ValidationError',
    ],
    [
      'with a tag of more than 256 characters',
      { Tags: [{ Key: 'a', Value: 'x'.repeat(257) }] },
      'ValidationError',
    ],
    ['with a transitive tag that is none', { TransitiveTagKeys: ['a'] }, 'ValidationError'],
    [
      'with more than ten policies',
      { PolicyArns: Array.from({ length: 11 }, () => ({ arn: 'arn:aws:iam::aws:policy/X' })) },
      'ValidationError',
    ],
  ])('is refused %s', async (_what, input, name) => {
    const { assume } = await startFixture();
    await expect(assume(input)).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  });

  it('is refused with AccessDenied where the hook says so, which sees what is asked for', async () => {
    const calls: ServiceCall[] = [];
    const { assume } = await startFixture({
      authorize: (call) => {
        calls.push(call);
        throw new ServiceError('AccessDenied', 'Reader does not trust <you>');
      },
    });
    const assuming = assume({ Tags: [{ Key: 'tenantId', Value: 'acme' }], TransitiveTagKeys: ['tenantId'] });
    await expect(assuming).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'Reader does not trust <you>',
      $metadata: { httpStatusCode: 403 },
    });
    expect(calls).toEqual([
      {
        service: 'sts',
        operation: 'AssumeRole',
        region: 'us-east-1',
        accessKeyId: 'local',
        input: { ...role, Tags: [{ Key: 'tenantId', Value: 'acme' }], TransitiveTagKeys: ['tenantId'] },
      },
    ]);
  });
});

describe('GetCallerIdentity', () => {
  it('knows the person at the machine', async () => {
    const { clientFor } = await startFixture();
    expect(await clientFor().send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '000000000000',
      Arn: 'arn:aws:iam::000000000000:root',
    });
  });

  it('knows a session, until it expires', async () => {
    const { assume, clientFor, advance, sessions } = await startFixture();
    const { Credentials: credentials } = await assume({ DurationSeconds: 900 });
    const client = clientFor(credentials);
    const who = await client.send(new GetCallerIdentityCommand({}));
    expect(who.Arn).toBe('arn:aws:sts::000000000000:assumed-role/Reader/search');
    advance(899_999);
    await client.send(new GetCallerIdentityCommand({}));
    advance(1);
    expect(sessions.find(credentials?.AccessKeyId ?? '')).toBeUndefined();
    await expect(client.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'ExpiredToken',
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('knows no session that never was, nor one with a wrong token', async () => {
    const { assume, clientFor } = await startFixture();
    const { Credentials: credentials } = await assume();
    for (const wrong of [
      { ...credentials, AccessKeyId: 'ASIAAAAAAAAAAAAAAAAA' },
      { ...credentials, SessionToken: 'another' },
    ]) {
      const asking = clientFor(wrong).send(new GetCallerIdentityCommand({}));
      await expect(asking).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
    }
  });
});

describe('the server', () => {
  it.each([
    ['an operation that it does not have', 'Action=GetFederationToken', 'InvalidAction'],
    ['a parameter that is there twice', 'Action=AssumeRole&RoleArn=a&RoleArn=b', 'MalformedInput'],
    ['a parameter that is text and list', 'Action=AssumeRole&Tags=a&Tags.member.1.Key=b', 'MalformedInput'],
    ['a call without parameters', 'Action=AssumeRole', 'ValidationError'],
    ['a body that is none', '', 'InvalidAction'],
  ])('refuses %s', async (_what, body, code) => {
    const { endpoint } = await startFixture();
    const answer = await fetch(endpoint, { method: 'POST', body });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(`<Code>${code}</Code>`);
  });
});
