import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { seedKeys } from '../../../lib/cli/seed-keys.ts';
import { type Runtime, startRuntime } from '../../../lib/local/index.ts';
import { ApiKeyStore } from '../../../lib/storage/api-key-store.ts';
import { parseApiKey } from '../../../lib/tenancy/index.ts';
import { temporaryDirectory, writeAssembly } from '../local/support/write-assembly.ts';

async function start(outputs = ['ApiKeysTableName', 'ApiKeyPepperSecretArn']): Promise<Runtime> {
  const directory = await temporaryDirectory();
  const values: Record<string, { Value: { Ref: string } }> = {
    ApiKeysTableName: { Value: { Ref: 'Keys' } },
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

describe('the keys of a local deployment', () => {
  it('are one that calls models and one that administers', async () => {
    const runtime = await start();
    const { developer, admin } = await seedKeys(runtime, 'dev', {});
    expect(developer).toMatch(/^oc_dev_/);
    expect(await recordOf(runtime, developer)).toMatchObject({ tenantId: 'local', scopes: ['model:invoke'] });
    expect(await recordOf(runtime, admin)).toMatchObject({ tenantId: 'local', scopes: ['admin'] });
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
    await expect(seedKeys(await start(['ApiKeysTableName']), 'dev', {})).rejects.toThrow(
      'the CDK app has no output ApiKeyPepperSecretArn',
    );
  });
});
