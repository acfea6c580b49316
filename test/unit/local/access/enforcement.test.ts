import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResourceDeclaration } from '../../../../lib/local/assembly/template.ts';
import { type Runtime, startRuntime } from '../../../../lib/local/index.ts';
import { writeAssembly } from '../support/write-assembly.ts';

const account = '000000000000';
const region = 'us-east-1';
const operator = { accessKeyId: 'local', secretAccessKey: 'local' };

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const within = (id: string, path: string) => ({ 'Fn::Join': ['', [arnOf(id), path]] });
const trustsAccount = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
    },
  ],
};

function role(statements: readonly object[]): ResourceDeclaration {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: trustsAccount,
      Policies: [{ PolicyName: 'p', PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
    },
  } as unknown as ResourceDeclaration;
}

const onKey = (service: string, ...operations: string[]) => ({
  Effect: 'Allow',
  Action: operations.map((operation) => `kms:${operation}`),
  Resource: arnOf('Key'),
  Condition: { StringEquals: { 'kms:ViaService': `${service}.${region}.amazonaws.com` } },
});
const writing = [
  'Decrypt',
  'DescribeKey',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
];
const allow = (action: string | readonly string[], resource: unknown, condition?: object) => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
  ...(condition && { Condition: condition }),
});
// biome-ignore lint/suspicious/noTemplateCurlyInString: an IAM policy variable
const tenant = '${aws:PrincipalTag/tenantId}';

const resources = {
  Key: { Type: 'AWS::KMS::Key', Properties: {} },
  Table: table('Key'),
  Plain: table(),
  Bucket: {
    Type: 'AWS::S3::Bucket',
    Properties: {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: arnOf('Key') } },
        ],
      },
    },
  },
  BucketPolicy: {
    Type: 'AWS::S3::BucketPolicy',
    Properties: {
      Bucket: { Ref: 'Bucket' },
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: within('Bucket', '/sealed/*') },
        ],
      },
    },
  },
  Queue: { Type: 'AWS::SQS::Queue', Properties: {} },
  Secret: {
    Type: 'AWS::SecretsManager::Secret',
    Properties: { SecretString: 'secret', KmsKeyId: arnOf('Key') },
  },
  Nothing: role([allow('s3:ListAllMyBuckets', '*')]),
  Reader: role([
    allow('dynamodb:GetItem', arnOf('Table')),
    onKey('dynamodb', 'Decrypt', 'DescribeKey'),
    allow('secretsmanager:GetSecretValue', { Ref: 'Secret' }),
    allow('s3:GetObject', within('Bucket', '/*')),
    onKey('s3', 'Decrypt'),
    onKey('secretsmanager', 'Decrypt'),
    allow('sqs:ReceiveMessage', arnOf('Queue')),
  ]),
  Writer: role([
    allow(['dynamodb:PutItem', 'dynamodb:BatchWriteItem'], arnOf('Table')),
    onKey('dynamodb', ...writing),
    allow('s3:PutObject', within('Bucket', '/*')),
    onKey('s3', 'GenerateDataKey', 'Decrypt'),
    allow('sqs:SendMessage', arnOf('Queue')),
    allow(['kms:Encrypt', 'kms:Decrypt'], arnOf('Key'), {
      StringEquals: { 'kms:EncryptionContext:tenantId': 'acme' },
    }),
  ]),
  Tenant: role([
    allow(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:Scan'], arnOf('Plain'), {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${tenant}#*`] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    }),
    allow('s3:ListBucket', arnOf('Bucket'), { StringLike: { 's3:prefix': `${tenant}/*` } }),
  ]),
} as unknown as Readonly<Record<string, ResourceDeclaration>>;

function table(key?: string) {
  return {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      ...(key !== undefined && {
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: arnOf(key) },
      }),
    },
  };
}

let folder: string;
let runtime: Runtime;
const log: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openclaw-access-'));
  const outputs = Object.fromEntries(Object.keys(resources).map((id) => [id, { Value: { Ref: id } }]));
  runtime = await startRuntime({
    assemblyDirectory: await writeAssembly(join(folder, 'cdk.out'), {
      Shop: { template: { Resources: resources, Outputs: outputs } },
    }),
    dataDirectory: join(folder, 'data'),
    port: 0,
    environment: {},
    onLog: (line) => log.push(line),
  });
});

afterAll(async () => {
  await runtime?.stop();
  await rm(folder, { recursive: true, force: true });
});

const name = (id: string) => runtime.outputs.Shop?.[id] ?? '';

interface SessionOptions {
  readonly tags?: Readonly<Record<string, string>>;
  readonly policy?: object;
}

/** AWS's own clients with the credentials of a session of a role; without one, of the person at the machine. */
async function clients(roleId?: string, { tags = {}, policy }: SessionOptions = {}) {
  const sts = new STSClient({ endpoint: runtime.endpoints.sts, region, credentials: operator });
  const { Credentials: opened } =
    roleId === undefined
      ? { Credentials: undefined }
      : await sts.send(
          new AssumeRoleCommand({
            RoleArn: `arn:aws:iam::${account}:role/${name(roleId)}`,
            RoleSessionName: 'test',
            Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
            ...(policy && { Policy: JSON.stringify(policy) }),
          }),
        );
  const credentials = opened
    ? {
        accessKeyId: opened.AccessKeyId ?? '',
        secretAccessKey: opened.SecretAccessKey ?? '',
        sessionToken: opened.SessionToken ?? '',
      }
    : operator;
  return clientsWith(credentials);
}

function clientsWith(credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) {
  const { dynamodb, s3, sqs, kms, secretsManager, sts } = runtime.endpoints;
  const settings = { region, credentials, maxAttempts: 1 };
  return {
    credentials,
    dynamodb: new DynamoDBClient({ ...settings, endpoint: dynamodb }),
    s3: new S3Client({ ...settings, endpoint: s3 }),
    sqs: new SQSClient({ ...settings, endpoint: sqs }),
    kms: new KMSClient({ ...settings, endpoint: kms }),
    secrets: new SecretsManagerClient({ ...settings, endpoint: secretsManager }),
    sts: new STSClient({ ...settings, endpoint: sts }),
  };
}

type Clients = ReturnType<typeof clientsWith>;

const calls: Readonly<Record<string, (clients: Clients) => Promise<unknown>>> = {
  'dynamodb:GetItem': ({ dynamodb }) =>
    dynamodb.send(new GetItemCommand({ TableName: name('Table'), Key: { id: { S: 'a' } } })),
  'dynamodb:PutItem': ({ dynamodb }) =>
    dynamodb.send(new PutItemCommand({ TableName: name('Table'), Item: { id: { S: 'a' } } })),
  's3:PutObject': ({ s3 }) =>
    s3.send(new PutObjectCommand({ Bucket: name('Bucket'), Key: 'a/b', Body: 'x'.repeat(100_000) })),
  's3:GetObject': ({ s3 }) => s3.send(new GetObjectCommand({ Bucket: name('Bucket'), Key: 'a/b' })),
  'sqs:SendMessage': ({ sqs }) =>
    sqs.send(new SendMessageCommand({ QueueUrl: name('Queue'), MessageBody: 'm' })),
  'sqs:ReceiveMessage': ({ sqs }) => sqs.send(new ReceiveMessageCommand({ QueueUrl: name('Queue') })),
  'secretsmanager:GetSecretValue': ({ secrets }) =>
    secrets.send(new GetSecretValueCommand({ SecretId: name('Secret') })),
  'kms:Encrypt': ({ kms }) =>
    kms.send(
      new EncryptCommand({
        KeyId: name('Key'),
        Plaintext: Buffer.from('x'),
        EncryptionContext: { tenantId: 'acme' },
      }),
    ),
};

const grants: Readonly<Record<'Reader' | 'Writer', readonly string[]>> = {
  Reader: ['dynamodb:GetItem', 's3:GetObject', 'sqs:ReceiveMessage', 'secretsmanager:GetSecretValue'],
  Writer: ['dynamodb:PutItem', 's3:PutObject', 'sqs:SendMessage', 'kms:Encrypt'],
};

describe('a role', () => {
  beforeAll(async () => {
    const admin = await clients();
    for (const call of Object.values(calls)) await call(admin).catch(() => undefined);
  });

  it.each(Object.keys(calls))('without a grant is refused %s with AWS’s error', async (action) => {
    const call = calls[action]?.(await clients('Nothing'));
    await expect(call).rejects.toMatchObject({ name: expect.stringMatching(/^AccessDenied(Exception)?$/) });
    await expect(call).rejects.toThrow(`is not authorized to perform: ${action} on resource: arn:aws:`);
  });

  it.each(Object.entries(grants).flatMap(([id, actions]) => actions.map((action) => [id, action])))(
    '%s does what it is granted: %s',
    async (id = '', action = '') => {
      await expect(calls[action]?.(await clients(id))).resolves.toBeDefined();
    },
  );

  it('needs the key that encrypts, through the service that keeps the data', async () => {
    const session = { policy: { Version: '2012-10-17', Statement: [allow('dynamodb:*', '*')] } };
    await expect(calls['dynamodb:GetItem']?.(await clients('Reader', session))).rejects.toThrow(
      'kms:Decrypt',
    );
  });

  it('is told apart by the encryption context', async () => {
    const { kms } = await clients('Writer');
    const sealed = await kms.send(
      new EncryptCommand({
        KeyId: name('Key'),
        Plaintext: Buffer.from('x'),
        EncryptionContext: { tenantId: 'acme' },
      }),
    );
    const open = (tenantId: string) =>
      kms.send(
        new DecryptCommand({ CiphertextBlob: sealed.CiphertextBlob, EncryptionContext: { tenantId } }),
      );
    await expect(open('acme')).resolves.toBeDefined();
    await expect(open('other')).rejects.toThrow();
    const foreign = new EncryptCommand({
      KeyId: name('Key'),
      Plaintext: Buffer.from('x'),
      EncryptionContext: { tenantId: 'other' },
    });
    await expect(kms.send(foreign)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('may not write a batch of which one table is not its own', async () => {
    const { dynamodb } = await clients('Writer');
    const put = { PutRequest: { Item: { id: { S: 'a' } } } };
    const batch = new BatchWriteItemCommand({
      RequestItems: { [name('Table')]: [put], [name('Plain')]: [put] },
    });
    await expect(dynamodb.send(batch)).rejects.toThrow('dynamodb:BatchWriteItem');
  });

  it('is bound by a deny in the bucket’s policy', async () => {
    const { s3 } = await clients('Reader');
    const sealed = new GetObjectCommand({ Bucket: name('Bucket'), Key: 'sealed/a' });
    await expect(s3.send(sealed)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(s3.send(sealed)).rejects.toThrow('explicit deny in a resource-based policy');
  });

  it('is not assumed with a session policy that is not understood', async () => {
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sqs:*', Resources: '*' }],
    };
    await expect(clients('Reader', { policy })).rejects.toThrow('the element Resources is not known');
  });

  it('may do no more than its session’s policy', async () => {
    const policy = { Version: '2012-10-17', Statement: [allow('s3:*', '*')] };
    const call = calls['sqs:ReceiveMessage']?.(await clients('Reader', { policy }));
    await expect(call).rejects.toThrow('no session policy allows the sqs:ReceiveMessage action');
  });
});

describe('a tenant’s session', () => {
  const item = (id: string) => ({ TableName: name('Plain'), Item: { id: { S: id } } });

  it('reaches the items that begin with its tag, and no others', async () => {
    const { dynamodb } = await clients('Tenant', { tags: { tenantId: 'acme' } });
    await expect(dynamodb.send(new PutItemCommand(item('acme#1')))).resolves.toBeDefined();
    await expect(dynamodb.send(new PutItemCommand(item('other#1')))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    const query = (id: string) =>
      new QueryCommand({
        TableName: name('Plain'),
        KeyConditionExpression: '#id = :id',
        ExpressionAttributeNames: { '#id': 'id' },
        ExpressionAttributeValues: { ':id': { S: id } },
      });
    await expect(dynamodb.send(query('acme#1'))).resolves.toMatchObject({ Count: 1 });
    await expect(dynamodb.send(query('other#1'))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('is refused a query whose key is not recognised', async () => {
    const { dynamodb } = await clients('Tenant', { tags: { tenantId: 'acme' } });
    const legacy = (id: string) => ({
      id: { ComparisonOperator: 'EQ' as const, AttributeValueList: [{ S: id }] },
    });
    const query = (input: object) => dynamodb.send(new QueryCommand({ TableName: name('Plain'), ...input }));
    await expect(query({ KeyConditions: legacy('other#1') })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    await expect(query({ KeyConditions: legacy('acme#1') })).resolves.toBeDefined();
    await expect(query({ IndexName: 'by-name', KeyConditions: legacy('acme#1') })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  it('may not scan, which names no key', async () => {
    const { dynamodb } = await clients('Tenant', { tags: { tenantId: 'acme' } });
    await expect(dynamodb.send(new ScanCommand({ TableName: name('Plain') }))).rejects.toThrow(
      'dynamodb:Scan',
    );
  });

  it('without a tag reaches nothing', async () => {
    const { dynamodb } = await clients('Tenant');
    await expect(dynamodb.send(new PutItemCommand(item('#1')))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  it('lists its own prefix only', async () => {
    const { s3 } = await clients('Tenant', { tags: { tenantId: 'acme' } });
    const list = (Prefix?: string) => s3.send(new ListObjectsV2Command({ Bucket: name('Bucket'), Prefix }));
    await expect(list('acme/')).resolves.toBeDefined();
    await expect(list('other/')).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(list()).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('credentials', () => {
  it('of a session that never was are refused everywhere', async () => {
    const forged = clientsWith({
      accessKeyId: 'ASIAFORGEDFORGEDFORG',
      secretAccessKey: 'x',
      sessionToken: 'y',
    });
    for (const call of Object.values(calls)) await expect(call(forged)).rejects.toThrow();
  });

  it('of a session are refused with another token', async () => {
    const { credentials } = await clients('Reader');
    const stolen = clientsWith({ ...credentials, sessionToken: 'another' });
    await expect(calls['dynamodb:GetItem']?.(stolen)).rejects.toThrow('expired or invalid');
  });

  it('are needed', async () => {
    const answer = await fetch(`${runtime.endpoints.s3}/${name('Bucket')}/a/b`);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('<Code>MissingAuthenticationToken</Code>');
  });

  it('are given once: a query may not name the person beside a session in the header', async () => {
    const { credentials } = await clients('Nothing');
    const answer = await fetch(
      `${runtime.endpoints.s3}/${name('Bucket')}/a/b?X-Amz-Credential=local%2F20260101`,
      {
        headers: {
          authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/20260101/${region}/s3/aws4_request, SignedHeaders=host, Signature=0`,
          'x-amz-security-token': credentials.sessionToken ?? '',
        },
      },
    );
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('not in both');
  });

  it('tell who the caller is', async () => {
    const { sts } = await clients('Reader');
    const { Arn: arn } = await sts.send(new GetCallerIdentityCommand({}));
    expect(arn).toBe(`arn:aws:sts::${account}:assumed-role/${name('Reader')}/test`);
  });
});

describe('what is refused', () => {
  it('is told to the person once, with the statement that is missing', async () => {
    const { dynamodb } = await clients('Nothing');
    const key = { id: { S: 'told' } };
    for (const _ of [1, 2]) {
      await dynamodb.send(new GetItemCommand({ TableName: name('Plain'), Key: key })).catch(() => undefined);
    }
    const arn = `arn:aws:dynamodb:${region}:${account}:table/${name('Plain')}`;
    const told = log.filter(
      (line) => line.includes('dynamodb:GetItem') && line.includes(arn) && line.includes(name('Nothing')),
    );
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(JSON.stringify({ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: arn }));
  });
});
