import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SecretsManager } from '../../../../lib/local/secrets-manager/secrets-manager.ts';
import { startSecretsManager } from '../../../../lib/local/secrets-manager/start-secrets-manager.ts';
import { temporaryDirectory } from '../support/write-assembly.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:pepper-abcdef';

async function startFixture(file?: string) {
  const path = file ?? join(await temporaryDirectory(), 'secrets.json');
  const secrets = await SecretsManager.open(path);
  await secrets.declare({ name: 'pepper', arn, firstValue: () => 'first', localValues: {} });
  const server = await startSecretsManager(secrets);
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
