import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CiphertextError, TenantCipher } from '../../lib/storage/tenant-cipher.ts';
import { createTenantClients, type TenantClients } from '../../lib/storage/tenant-clients.ts';
import { TenantObjectStore } from '../../lib/storage/tenant-object-store.ts';
import { startTestRuntime, type TestRuntime } from './support/start-test-runtime.ts';
import {
  actors,
  type Credentials,
  exported,
  type TableGrant,
  TenantSessions,
  tableGrants,
} from './support/tenant-sessions.ts';

const silo = 'vault';
const text = (value: string) => new TextEncoder().encode(value);

let deployment: TestRuntime;
let sessions: TenantSessions;
let tables: readonly string[];
let grants: readonly TableGrant[];
let bucketName: string;
let sharedKey: string;
let asFunction: Credentials;
let asAcme: Credentials;
let clients: TenantClients;
const opened: { destroy(): void }[] = [];

const location = () => ({ region: deployment.runtime.region, maxAttempts: 1 });

function dynamodb(credentials: Credentials | undefined) {
  const operator = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({
    ...location(),
    endpoint: deployment.runtime.endpoints.dynamodb,
    credentials: credentials ?? operator,
  });
  opened.push(client);
  return client;
}

function s3(credentials: Credentials) {
  const client = new S3Client({
    ...location(),
    endpoint: deployment.runtime.endpoints.s3,
    forcePathStyle: true,
    credentials,
  });
  opened.push(client);
  return client;
}

function kms(credentials: Credentials) {
  const client = new KMSClient({ ...location(), endpoint: deployment.runtime.endpoints.kms, credentials });
  opened.push(client);
  return client;
}

const refused = { name: expect.stringMatching(/^AccessDenied/) };

beforeAll(async () => {
  deployment = await startTestRuntime({ tenants: { silos: [silo] } });
  sessions = new TenantSessions(deployment);
  tables = (await dynamodb(undefined).send(new ListTablesCommand({}))).TableNames ?? [];
  grants = await tableGrants(deployment);
  asFunction = await sessions.ofFunction();
  asAcme = await sessions.ofTenant('acme');
  const { runtime } = deployment;
  clients = createTenantClients({
    roleArn: sessions.roleArn('tenants'),
    sts: { endpoint: runtime.endpoints.sts, region: runtime.region, credentials: asFunction },
    endpoint: runtime.endpoints.dynamodb,
    region: runtime.region,
  });
  bucketName = exported(deployment, 'ExportsOutputRefObjects');
  sharedKey = exported(deployment, 'ExportsOutputFnGetAttKey');
});
afterAll(async () => {
  for (const client of opened) client.destroy();
  await deployment?.stop();
});

/** Calls an operation on one partition, and a second one in a batch. */
function call(client: DynamoDBClient, { operation, tableName }: TableGrant, partitions: readonly string[]) {
  const keys = partitions.map((partition) => ({ partition: { S: partition }, sort: { S: 'x' } }));
  const [Key = { partition: { S: '' } }] = keys;
  const TableName = tableName;
  switch (operation) {
    case 'GetItem':
      return client.send(new GetItemCommand({ TableName, Key }));
    case 'PutItem':
      return client.send(new PutItemCommand({ TableName, Item: Key }));
    case 'DeleteItem':
      return client.send(new DeleteItemCommand({ TableName, Key }));
    case 'UpdateItem':
      return client.send(
        new UpdateItemCommand({
          TableName,
          Key,
          UpdateExpression: 'SET a = :a',
          ExpressionAttributeValues: { ':a': { S: 'a' } },
        }),
      );
    case 'Query':
      return client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: '#partition = :partition',
          ExpressionAttributeNames: { '#partition': 'partition' },
          ExpressionAttributeValues: { ':partition': Key.partition },
        }),
      );
    case 'BatchGetItem':
      return client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: keys } } }));
    case 'BatchWriteItem':
      return client.send(
        new BatchWriteItemCommand({
          RequestItems: { [TableName]: keys.map((Item) => ({ PutRequest: { Item } })) },
        }),
      );
    default:
      throw new Error(`the test does not know ${operation}: add it`);
  }
}

describe('every function that acts for tenants', () => {
  it('does so with a role of its own', async () => {
    const report = deployment.runtime.accessReport();
    const lambdas = report.filter(({ assumedBy }) => assumedBy.includes('lambda.amazonaws.com'));
    expect(lambdas).toHaveLength(actors.length);
  });

  it.each(actors)('reaches a tenant’s items with $tenants, and no other’s', async (actor) => {
    const given = await tableGrants(deployment, actor);
    expect(given.length).toBeGreaterThan(3);
    const ofActor = new TenantSessions(deployment, actor);
    const asOther = dynamodb(await ofActor.ofTenant('other'));
    const asItself = dynamodb(await ofActor.ofFunction());
    for (const grant of given) {
      const title = `${grant.operation} on ${grant.tableName}`;
      await expect(call(asOther, grant, ['other#a']), title).resolves.toBeDefined();
      await expect(call(asOther, grant, ['acme#a']), title).rejects.toMatchObject(refused);
      await expect(call(asItself, grant, ['other#a']), title).rejects.toMatchObject(refused);
    }
  });

  it.each(actors)('cannot take on another function’s role in place of $tenants', async (actor) => {
    const caller = await new TenantSessions(deployment, actor).ofFunction();
    for (const other of actors) {
      if (other.tenants === actor.tenants) continue;
      const roleArn = new TenantSessions(deployment, other).roleArn('tenants');
      const tags = { tenantId: 'acme' };
      const attempt = sessions.assume({ caller, roleArn, sessionName: 'acme', tags });
      await expect(attempt).rejects.toMatchObject({ name: 'AccessDenied' });
    }
  });
});

describe('a tenant’s session', () => {
  it('reaches its own items with every operation that functions are given', async () => {
    expect(grants.length).toBeGreaterThan(5);
    for (const grant of grants) {
      for (const partition of ['acme', 'acme#a', 'acme#2026-01-01#f']) {
        await expect(call(dynamodb(asAcme), grant, [partition])).resolves.toBeDefined();
      }
    }
  });

  it.each(['other', 'other#a', 'acmeother#a', 'acme-2#a', 'platform#tenants', '#acme'])(
    'reaches nothing in the partition "%s" with any of them',
    async (partition) => {
      for (const grant of grants) {
        const attempt = call(dynamodb(asAcme), grant, [partition]);
        await expect(attempt, `${grant.operation} on ${grant.tableName}`).rejects.toMatchObject(refused);
      }
    },
  );

  it('reaches nothing by putting another’s item into a batch with its own', async () => {
    const batches = grants.filter(({ operation }) => operation.startsWith('Batch'));
    expect(batches.length).toBeGreaterThan(0);
    for (const grant of batches) {
      await expect(call(dynamodb(asAcme), grant, ['acme#a', 'other#a'])).rejects.toMatchObject(refused);
    }
  });

  it.each([
    ['by the other side of the comparison', ':p = #p'],
    ['in brackets', '(#p = :p)'],
  ])('reaches nothing with a query that is written %s', async (_, KeyConditionExpression) => {
    for (const { tableName: TableName } of grants.filter(({ operation }) => operation === 'Query')) {
      const query = new QueryCommand({
        TableName,
        KeyConditionExpression,
        ExpressionAttributeNames: { '#p': 'partition' },
        ExpressionAttributeValues: { ':p': { S: 'other#a' } },
      });
      await expect(dynamodb(asAcme).send(query)).rejects.toMatchObject(refused);
    }
  });

  it('scans no table, and does not see the table of API keys', async () => {
    for (const TableName of tables) {
      await expect(dynamodb(asAcme).send(new ScanCommand({ TableName }))).rejects.toMatchObject(refused);
    }
    const TableName = tables.find((name) => name.includes('ApiKeys'));
    const get = new GetItemCommand({ TableName, Key: { keyId: { S: 'x' } } });
    await expect(dynamodb(asAcme).send(get)).rejects.toMatchObject(refused);
  });

  it.each(['tenants/other/area/x', 'tenants/acmeother/x', 'tenants/acme', 'other'])(
    'neither reads nor writes the object %s',
    async (Key) => {
      const put = new PutObjectCommand({ Bucket: bucketName, Key, Body: 'x' });
      await expect(s3(asAcme).send(put)).rejects.toMatchObject(refused);
      const get = new GetObjectCommand({ Bucket: bucketName, Key });
      await expect(s3(asAcme).send(get)).rejects.toMatchObject(refused);
    },
  );

  it('reaches no other’s object through dots, which mean nothing in a key', async () => {
    const put = new PutObjectCommand({ Bucket: bucketName, Key: 'tenants/acme/../other/x', Body: 'x' });
    await s3(asAcme).send(put);
    const operator = { accessKeyId: 'local', secretAccessKey: 'local', sessionToken: '' };
    const get = new GetObjectCommand({ Bucket: bucketName, Key: 'tenants/other/x' });
    await expect(s3(operator).send(get)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('lists no objects, not even its own', async () => {
    const list = new ListObjectsV2Command({ Bucket: bucketName, Prefix: 'tenants/acme/' });
    await expect(s3(asAcme).send(list)).rejects.toMatchObject(refused);
  });

  it.each([
    ['another tenant’s id as context', { tenantId: 'other' }],
    ['no context', undefined],
  ])('gets no data key with %s', async (_, EncryptionContext) => {
    const generate = new GenerateDataKeyCommand({ KeyId: sharedKey, KeySpec: 'AES_256', EncryptionContext });
    await expect(kms(asAcme).send(generate)).rejects.toMatchObject(refused);
  });

  it('gets no data key of a tenant that has a key of its own', async () => {
    const KeyId = `alias/openclaw-tenant-${silo}`;
    for (const tenantId of [silo, 'acme']) {
      const generate = new GenerateDataKeyCommand({
        KeyId,
        KeySpec: 'AES_256',
        EncryptionContext: { tenantId },
      });
      await expect(kms(asAcme).send(generate)).rejects.toMatchObject(refused);
    }
  });
});

describe('the function’s own role', () => {
  it('reaches no table of tenants', async () => {
    for (const grant of grants) {
      await expect(call(dynamodb(asFunction), grant, ['acme#a'])).rejects.toMatchObject(refused);
    }
  });

  it('reaches no object and makes no data key', async () => {
    const get = new GetObjectCommand({ Bucket: bucketName, Key: 'tenants/acme/area/x' });
    await expect(s3(asFunction).send(get)).rejects.toMatchObject(refused);
    const EncryptionContext = { tenantId: 'acme' };
    const generate = new GenerateDataKeyCommand({
      KeyId: sharedKey,
      KeySpec: 'AES_256',
      EncryptionContext,
    });
    await expect(kms(asFunction).send(generate)).rejects.toMatchObject(refused);
  });

  it.each([
    ['no tag', {}, 'acme'],
    ['an empty tag', { tenantId: '' }, 'acme'],
    ['a second tag', { tenantId: 'acme', role: 'admin' }, 'acme'],
    ['another tag', { tenant: 'acme' }, 'acme'],
    ['a tag that is not the session’s name', { tenantId: 'acme' }, 'other'],
  ])('opens no tenant’s session with %s', async (_, tags, sessionName) => {
    const roleArn = sessions.roleArn('tenants');
    await expect(sessions.assume({ caller: asFunction, roleArn, sessionName, tags })).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  it('is the only one: a tenant’s session opens no other', async () => {
    const roleArn = sessions.roleArn('tenants');
    const attempt = sessions.assume({
      caller: asAcme,
      roleArn,
      sessionName: 'other',
      tags: { tenantId: 'other' },
    });
    await expect(attempt).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('stores with tenants’ sessions', () => {
  const objects = () =>
    new TenantObjectStore({
      bucketName,
      credentialsFor: clients.credentialsFor,
      endpoint: deployment.runtime.endpoints.s3,
      region: deployment.runtime.region,
    });

  const cipher = () =>
    new TenantCipher({
      credentialsFor: clients.credentialsFor,
      keyFor: (tenantId) => (tenantId === silo ? `alias/openclaw-tenant-${silo}` : sharedKey),
      endpoint: deployment.runtime.endpoints.kms,
      region: deployment.runtime.region,
    });

  it('keep an object for its tenant', async () => {
    const store = objects();
    await store.put('acme', 'replies', 'one', text('hello'));
    expect(await store.get('acme', 'replies', 'one')).toEqual(text('hello'));
    await store.put('acme', 'replies', 'one', text('again'));
    expect(await store.get('acme', 'replies', 'one')).toEqual(text('again'));
    expect(await store.get('other', 'replies', 'one')).toBeUndefined();
    await store.delete('acme', 'replies', 'one');
    expect(await store.get('acme', 'replies', 'one')).toBeUndefined();
  });

  it.each(['acme', silo])('give back what was encrypted for %s, to it alone', async (tenantId) => {
    const one = cipher();
    const sealed = await one.encrypt(tenantId, text('a secret'));
    expect(Buffer.from(sealed).includes('a secret')).toBe(false);
    expect(await one.decrypt(tenantId, sealed)).toEqual(Buffer.from('a secret'));
    // Another process, which has no key in memory.
    expect(await cipher().decrypt(tenantId, sealed)).toEqual(Buffer.from('a secret'));
    await expect(one.decrypt('other', sealed)).rejects.toThrow();
  });

  it('take no ciphertext that was changed', async () => {
    const one = cipher();
    const sealed = Buffer.from(await one.encrypt('acme', text('a secret')));
    sealed.writeUInt8(sealed.readUInt8(sealed.length - 1) ^ 1, sealed.length - 1);
    await expect(one.decrypt('acme', sealed)).rejects.toBeInstanceOf(CiphertextError);
  });
});
