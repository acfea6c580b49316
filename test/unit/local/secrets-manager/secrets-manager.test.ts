import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ServiceError } from '../../../../lib/local/engines/json-service.ts';
import { SecretsManager } from '../../../../lib/local/secrets-manager/secrets-manager.ts';
import {
  type SecretsManagerOptions,
  startSecretsManager,
} from '../../../../lib/local/secrets-manager/start-secrets-manager.ts';
import { temporaryDirectory } from '../support/write-assembly.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:pepper-abcdef';

async function startFixture(file?: string, options: SecretsManagerOptions = {}) {
  const path = file ?? join(await temporaryDirectory(), 'secrets.json');
  const secrets = await SecretsManager.open(path);
  await secrets.declare({ name: 'pepper', arn, firstValue: () => 'first', localValues: {} });
  const server = await startSecretsManager(secrets, options);
  const client = new SecretsManagerClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  onTestFinished(async () => {
    client.destroy();
    await server.stop();
  });
  return { client, endpoint: server.endpoint, path, secrets };
}

describe('the Secrets Manager', () => {
  it.each([
    ['name', 'pepper'],
    ['ARN', arn],
    ['ARN without its random ending', arn.slice(0, -7)],
  ])('gives a secret by its %s', async (_what, id) => {
    const { client } = await startFixture();
    const value = await client.send(new GetSecretValueCommand({ SecretId: id }));
    expect(value).toMatchObject({
      ARN: arn,
      Name: 'pepper',
      SecretString: 'first',
      VersionStages: ['AWSCURRENT'],
    });
    expect(value.CreatedDate).toBeInstanceOf(Date);
  });

  it('keeps a new value, over a restart and a new declaration', async () => {
    const { client, path } = await startFixture();
    const put = await client.send(new PutSecretValueCommand({ SecretId: 'pepper', SecretString: 'second' }));
    const again = await startFixture(path);
    const value = await again.client.send(new GetSecretValueCommand({ SecretId: 'pepper' }));
    expect(value).toMatchObject({ SecretString: 'second', VersionId: put.VersionId });
  });

  it('keeps the last of many values put at once', async () => {
    const { path, secrets } = await startFixture();
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => secrets.put('pepper', { value: `value ${index}` })),
    );
    expect((await SecretsManager.open(path)).getVersion('pepper').value).toBe('value 19');
  });

  it('describes a secret without its value', async () => {
    const { client } = await startFixture();
    const description = await client.send(new DescribeSecretCommand({ SecretId: 'pepper' }));
    expect(description).toMatchObject({ ARN: arn, Name: 'pepper' });
    expect(Object.values(description.VersionIdsToStages ?? {})).toEqual([['AWSCURRENT']]);
    expect(JSON.stringify(description)).not.toContain('first');
  });

  it('says as AWS does that there is no such secret', async () => {
    const { client } = await startFixture();
    const asking = client.send(new GetSecretValueCommand({ SecretId: 'nobody' }));
    await expect(asking).rejects.toBeInstanceOf(ResourceNotFoundException);
    await expect(asking).rejects.toThrow("Secrets Manager can't find the specified secret.");
  });

  it('finds no value where none was put', async () => {
    const { client, secrets } = await startFixture();
    await secrets.declare({ name: 'empty', arn: `${arn}-2`, firstValue: () => undefined, localValues: {} });
    const asking = client.send(new GetSecretValueCommand({ SecretId: 'empty' }));
    await expect(asking).rejects.toThrow('staging label: AWSCURRENT');
  });

  it.each([
    ['an operation that it does not have', 'DeleteSecret', '{}', 'UnknownOperationException'],
    ['a body that is no JSON', 'GetSecretValue', '{', 'SerializationException'],
    ['a request without a secret', 'GetSecretValue', '{}', 'InvalidParameterException'],
    [
      'a value that is no text',
      'PutSecretValue',
      '{"SecretId":"pepper","SecretString":3}',
      'InvalidParameterException',
    ],
  ])('refuses %s', async (_what, operation, body, type) => {
    const { endpoint } = await startFixture();
    const headers = { 'x-amz-target': `secretsmanager.${operation}` };
    const answer = await fetch(endpoint, { method: 'POST', headers, body });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ __type: type, Message: expect.any(String) });
  });

  it('does not start over a damaged file', async () => {
    const file = join(await temporaryDirectory(), 'secrets.json');
    await writeFile(file, '[{');
    await expect(SecretsManager.open(file)).rejects.toThrow('is damaged');
  });
});

describe('versions of a secret', () => {
  const SecretId = 'pepper';
  const token = (number: number) => `00000000-0000-4000-8000-00000000000${number}`;

  /** A secret whose values were put one after the other, with AWS's labels or others. */
  async function withValues(...values: readonly (readonly [value: string, stages?: string[]])[]) {
    const fixture = await startFixture();
    for (const [index, [SecretString, VersionStages]] of values.entries()) {
      const ClientRequestToken = token(index + 1);
      await fixture.client.send(
        new PutSecretValueCommand({ SecretId, SecretString, ClientRequestToken, VersionStages }),
      );
    }
    const read = async (input: { VersionStage?: string; VersionId?: string } = {}) =>
      (await fixture.client.send(new GetSecretValueCommand({ SecretId, ...input }))).SecretString;
    return { ...fixture, read };
  }

  it('keep the former value as the previous one', async () => {
    const { client, read } = await withValues(['second'], ['third']);
    expect(await read()).toBe('third');
    expect(await read({ VersionStage: 'AWSCURRENT' })).toBe('third');
    expect(await read({ VersionStage: 'AWSPREVIOUS' })).toBe('second');
    expect(await read({ VersionId: token(1) })).toBe('second');
    const { VersionIdsToStages: stages } = await client.send(new DescribeSecretCommand({ SecretId }));
    expect(stages).toEqual({ [token(2)]: ['AWSCURRENT'], [token(1)]: ['AWSPREVIOUS'] });
  });

  it('wait as pending until they become current', async () => {
    const { client, read, path } = await withValues(['second'], ['third', ['AWSPENDING']]);
    expect(await read()).toBe('second');
    expect(await read({ VersionStage: 'AWSPENDING' })).toBe('third');
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId,
        VersionStage: 'AWSCURRENT',
        RemoveFromVersionId: token(1),
        MoveToVersionId: token(2),
      }),
    );
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId,
        VersionStage: 'AWSPENDING',
        RemoveFromVersionId: token(2),
      }),
    );
    const again = await startFixture(path);
    const { VersionIdsToStages: stages } = await again.client.send(new DescribeSecretCommand({ SecretId }));
    expect(stages).toEqual({ [token(2)]: ['AWSCURRENT'], [token(1)]: ['AWSPREVIOUS'] });
  });

  it('are put once, however often the request is repeated', async () => {
    const { client } = await withValues(['second'], ['third']);
    const repeated = { SecretId, ClientRequestToken: token(1) };
    await client.send(new PutSecretValueCommand({ ...repeated, SecretString: 'second' }));
    expect((await client.send(new GetSecretValueCommand({ SecretId }))).SecretString).toBe('third');
    await expect(
      client.send(new PutSecretValueCommand({ ...repeated, SecretString: 'other' })),
    ).rejects.toMatchObject({ name: 'ResourceExistsException' });
  });

  it('are listed, those without a label only where that is asked for, in pages', async () => {
    const { client } = await withValues(['second'], ['third'], ['fourth']);
    const list = (input: object) => client.send(new ListSecretVersionIdsCommand({ SecretId, ...input }));
    const ids = ({ Versions = [] }: Awaited<ReturnType<typeof list>>) =>
      Versions.map(({ VersionId }) => VersionId);
    expect(ids(await list({}))).toEqual([token(2), token(3)]);
    const first = await list({ IncludeDeprecated: true, MaxResults: 3 });
    expect(ids(first).slice(1)).toEqual([token(1), token(2)]);
    const rest = await list({ IncludeDeprecated: true, NextToken: first.NextToken });
    expect(ids(rest)).toEqual([token(3)]);
    expect(rest.NextToken).toBeUndefined();
  });

  it('of which nobody speaks any more are forgotten beyond a hundred', async () => {
    const { client, secrets } = await withValues();
    for (let at = 0; at < 120; at += 1) await secrets.put(SecretId, { value: `value ${at}` });
    const { Versions: versions } = await client.send(
      new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true }),
    );
    expect(versions).toHaveLength(100);
    expect(secrets.getVersion(SecretId, { stage: 'AWSPREVIOUS' }).value).toBe('value 118');
  });

  it.each<[string, object, string]>([
    [
      'to a version that is not there',
      { VersionStage: 'X', MoveToVersionId: 'none' },
      'ResourceNotFoundException',
    ],
    ['away from nothing to nothing', { VersionStage: 'X' }, 'InvalidParameterException'],
    [
      'away from a version that does not have it',
      { VersionStage: 'AWSCURRENT', RemoveFromVersionId: token(1), MoveToVersionId: token(1) },
      'InvalidParameterException',
    ],
    [
      'unless it is said where it was',
      { VersionStage: 'AWSCURRENT', MoveToVersionId: token(1) },
      'InvalidParameterException',
    ],
    [
      'away from the current version to none',
      { VersionStage: 'AWSCURRENT', RemoveFromVersionId: token(2) },
      'InvalidParameterException',
    ],
  ])('do not let a label be moved %s', async (_what, input, name) => {
    const { client, read } = await withValues(['second'], ['third']);
    const command = new UpdateSecretVersionStageCommand({ SecretId, VersionStage: undefined, ...input });
    await expect(client.send(command)).rejects.toMatchObject({ name });
    expect(await read()).toBe('third');
  });

  it.each([
    ['of an id that is none', { VersionId: 'none' }, 'for VersionId: none'],
    ['of a label that is none', { VersionStage: 'AWSPENDING' }, 'for staging label: AWSPENDING'],
    [
      'of an id and a label of another version',
      { VersionId: token(1), VersionStage: 'AWSCURRENT' },
      token(1),
    ],
  ])('are not found %s', async (_what, input, message) => {
    const { read } = await withValues(['second'], ['third']);
    await expect(read(input)).rejects.toThrow(message);
  });

  it('are read from a file of before there were any', async () => {
    const file = join(await temporaryDirectory(), 'secrets.json');
    const old = { name: 'pepper', arn, value: 'old', versionId: 'v1', createdAtMs: 1, changedAtMs: 2 };
    const empty = { name: 'empty', arn: `${arn}-2`, versionId: 'v2', createdAtMs: 1, changedAtMs: 2 };
    await writeFile(file, JSON.stringify([old, empty]));
    const { client } = await startFixture(file);
    const value = await client.send(new GetSecretValueCommand({ SecretId }));
    expect(value).toMatchObject({ SecretString: 'old', VersionId: 'v1', VersionStages: ['AWSCURRENT'] });
    await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'new' }));
    const previous = new GetSecretValueCommand({ SecretId, VersionStage: 'AWSPREVIOUS' });
    expect((await client.send(previous)).SecretString).toBe('old');
    await expect(client.send(new GetSecretValueCommand({ SecretId: 'empty' }))).rejects.toThrow('AWSCURRENT');
  });
});

describe('values from the shell', () => {
  async function startWithLocalValues() {
    const fixture = await startFixture();
    const declare = () =>
      fixture.secrets.declare({
        name: 'keys',
        arn: `${arn}-keys`,
        firstValue: () => '{"generated":"x"}',
        localValues: { ONE: 'from the shell', TWO: 'too' },
      });
    await declare();
    const read = () => JSON.parse(fixture.secrets.getVersion('keys').value) as object;
    return { ...fixture, declare, read };
  }

  it('overlay the secret and never reach the file, not even when they are put back', async () => {
    const { client, read, path } = await startWithLocalValues();
    const SecretString = JSON.stringify({ ...read(), THREE: 'put' });
    await client.send(new PutSecretValueCommand({ SecretId: 'keys', SecretString }));
    expect(read()).toEqual({ generated: 'x', ONE: 'from the shell', TWO: 'too', THREE: 'put' });
    expect(await readFile(path, 'utf8')).not.toContain('from the shell');
  });

  it('give way to another value that is put, until the next start', async () => {
    const { client, read, declare } = await startWithLocalValues();
    const SecretString = JSON.stringify({ ...read(), ONE: 'put' });
    await client.send(new PutSecretValueCommand({ SecretId: 'keys', SecretString }));
    await declare();
    expect(read()).toEqual({ generated: 'x', ONE: 'put', TWO: 'too' });
  });
});

describe('the hook', () => {
  it('is asked before a secret is read, and its refusal is told as AWS does', async () => {
    const { client } = await startFixture(undefined, {
      authorize: ({ service, operation, accessKeyId, region, input }) => {
        const call = JSON.stringify([service, operation, accessKeyId, region, input]);
        throw new ServiceError('AccessDeniedException', `not ${call}`);
      },
    });
    await expect(client.send(new GetSecretValueCommand({ SecretId: 'pepper' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'not ["secretsmanager","GetSecretValue","local","us-east-1",{"SecretId":"pepper"}]',
    });
  });
});
