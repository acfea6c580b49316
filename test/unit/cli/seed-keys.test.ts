import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { seedKeys } from '../../../lib/cli/seed-keys.ts';
import { type Runtime, startRuntime } from '../../../lib/local/index.ts';
import { ApiKeyStore } from '../../../lib/storage/api-key-store.ts';
import { DynamoDb } from '../../../lib/storage/aws/dynamodb.ts';
import { DocumentStore } from '../../../lib/storage/document-store.ts';
import { parseApiKey } from '../../../lib/tenancy/index.ts';
import { temporaryDirectory, writeAssembly } from '../local/support/write-assembly.ts';

async function start(
  outputs = ['ApiKeysTableName', 'TenancyTableName', 'ApiKeyPepperSecretArn'],
): Promise<Runtime> {
  const directory = await temporaryDirectory();
  const values: Record<string, { Value: { Ref: string } }> = {
    ApiKeysTableName: { Value: { Ref: 'Keys' } },
    TenancyTableName: { Value: { Ref: 'Tenancy' } },
    ApiKeyPepperSecretArn: { Value: { Ref: 'Pepper' } },
  };
  const assemblyDirectory = await writeAssembly(join(directory, 'cdk.out'), {
    Data: {
      template: {
        Resources: {
          Keys: {
            Type: 'AWS::DynamoDB::Table',
            Properties: {
              KeySchema: [{ AttributeName: 'keyId', KeyType: 'HASH' }],
              AttributeDefinitions: [{ AttributeName: 'keyId', AttributeType: 'S' }],
            },
          },
          Tenancy: {
            Type: 'AWS::DynamoDB::Table',
            Properties: {
              KeySchema: [
                { AttributeName: 'partition', KeyType: 'HASH' },
                { AttributeName: 'sort', KeyType: 'RANGE' },
              ],
              AttributeDefinitions: [
                { AttributeName: 'partition', AttributeType: 'S' },
                { AttributeName: 'sort', AttributeType: 'S' },
              ],
            },
          },
          Pepper: { Type: 'AWS::SecretsManager::Secret', Properties: { GenerateSecretString: {} } },
        },
        Outputs: Object.fromEntries(Object.entries(values).filter(([name]) => outputs.includes(name))),
      },
    },
  });
  const runtime = await startRuntime({
    assemblyDirectory,
    dataDirectory: join(directory, 'data'),
    port: 0,
    environment: {},
  });
  onTestFinished(() => runtime.stop());
  return runtime;
}

const recordOf = (runtime: Runtime, key: string) =>
  new ApiKeyStore({
    tableName: runtime.outputs.Data?.ApiKeysTableName ?? '',
    endpoint: runtime.endpoints.dynamodb,
    region: runtime.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  }).get(parseApiKey(key)?.keyId ?? '');

const documentsOf = (runtime: Runtime) => {
  const client = new DynamoDb({
    endpoint: runtime.endpoints.dynamodb,
    region: runtime.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  return new DocumentStore(runtime.outputs.Data?.TenancyTableName ?? '', () => client);
};

describe('the keys of a local deployment', () => {
  it('are one that calls models and one that administers', async () => {
    const runtime = await start();
    const { developer, admin } = await seedKeys(runtime, 'dev', {});
    expect(developer).toMatch(/^oc_dev_/);
    expect(await recordOf(runtime, developer)).toMatchObject({
      tenantId: 'local',
      projectId: 'default',
      role: 'member',
      scopes: ['model:invoke'],
    });
    expect(await recordOf(runtime, admin)).toMatchObject({
      tenantId: 'local',
      projectId: '',
      role: 'platform-admin',
      scopes: ['admin'],
    });
    const documents = documentsOf(runtime);
    expect((await documents.list('platform', 'tenants')).documents.map(({ sort }) => sort)).toEqual([
      'local',
    ]);
    expect((await documents.list('local', 'directory')).documents.map(({ sort }) => sort).sort()).toEqual(
      [
        `key##${parseApiKey(admin)?.keyId}`,
        `key#default#${parseApiKey(developer)?.keyId}`,
        'project#default',
      ].sort(),
    );
  });

  it('stay as long as they are good', async () => {
    const runtime = await start();
    const keys = await seedKeys(runtime, 'dev', {});
    expect(await seedKeys(runtime, 'dev', keys)).toEqual(keys);
  });

  it('are made anew where they are not good', async () => {
    const runtime = await start();
    const keys = await seedKeys(runtime, 'dev', {});
    const last = keys.developer.at(-1) === 'a' ? 'b' : 'a';
    const wrong = { developer: keys.developer.slice(0, -1) + last, admin: 'no key at all' };
    const seeded = await seedKeys(runtime, 'dev', wrong);
    expect(seeded.developer).not.toBe(wrong.developer);
    expect(seeded.admin).toMatch(/^oc_dev_/);
    const moved = await seedKeys(runtime, 'prod', keys);
    expect(moved.developer).toMatch(/^oc_prod_/);
  });

  it('need an output of the CDK app', async () => {
    await expect(seedKeys(await start(['ApiKeysTableName', 'TenancyTableName']), 'dev', {})).rejects.toThrow(
      'the CDK app has no output ApiKeyPepperSecretArn',
    );
  });
});
