import { connect } from 'node:net';
import { DescribeTableCommand, PutItemCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { expireItems } from '../../../../lib/local/engines/expire-items.ts';
import { JsonService } from '../../../../lib/local/engines/json-service.ts';
import { startServices } from '../support/start-services.ts';

const table = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    KeySchema: [
      { AttributeName: 'partition', KeyType: 'HASH' },
      { AttributeName: 'sort', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: ['partition', 'sort', 'owner'].map((name) => ({
      AttributeName: name,
      AttributeType: 'S',
    })),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byOwner',
        KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
        ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
      },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: 'byOwnerInPartition',
        KeySchema: [
          { AttributeName: 'partition', KeyType: 'HASH' },
          { AttributeName: 'owner', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    BillingMode: 'PAY_PER_REQUEST',
    DeletionProtectionEnabled: true,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  },
};

describe('a table', () => {
  it('has its keys and indexes, and its items after a restart', async () => {
    const first = await startServices({ Orders: table });
    const name = first.physicalId('Orders');
    await first.dynamodb.send(
      new PutItemCommand({
        TableName: name,
        Item: { partition: { S: 'p' }, sort: { S: 's' }, owner: { S: 'me' } },
      }),
    );
    await first.stop();
    const { dynamodb, physicalId, messages } = await startServices({ Orders: table }, first.base);
    expect(physicalId('Orders')).toBe(name);
    const { Table: description } = await dynamodb.send(new DescribeTableCommand({ TableName: name }));
    expect(description).toMatchObject({
      TableStatus: 'ACTIVE',
      KeySchema: table.Properties.KeySchema,
      GlobalSecondaryIndexes: [{ IndexName: 'byOwner' }],
      LocalSecondaryIndexes: [{ IndexName: 'byOwnerInPartition' }],
    });
    const { Items: items } = await dynamodb.send(
      new QueryCommand({
        TableName: name,
        IndexName: 'byOwner',
        KeyConditionExpression: '#owner = :me',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':me': { S: 'me' } },
      }),
    );
    expect(items).toHaveLength(1);
    expect(messages.join()).not.toContain('other keys');
  });

  it('stays as it is, with a warning, where the template changes its keys', async () => {
    const first = await startServices({ Orders: table });
    await first.stop();
    const changed = {
      Type: table.Type,
      Properties: {
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      },
    };
    const { messages } = await startServices({ Orders: changed }, first.base);
    expect(messages.join()).toContain('exists with other keys or indexes');
  });

  it('loses its expired items and no others', async () => {
    const { runtime, dynamodb, physicalId } = await startServices({ Orders: table });
    const tableName = physicalId('Orders');
    const expiries = { past: { expiresAt: { N: '999' } }, future: { expiresAt: { N: '1001' } }, never: {} };
    for (const [sort, expiry] of Object.entries(expiries)) {
      const item = { partition: { S: 'p' }, sort: { S: sort }, ...expiry };
      await dynamodb.send(new PutItemCommand({ TableName: tableName, Item: item }));
    }
    const service = new JsonService({
      endpoint: runtime.endpoints.dynamodb,
      region: runtime.region,
      jsonVersion: '1.0',
      targetPrefix: 'DynamoDB_20120810',
      signingName: 'dynamodb',
    });
    expect(await expireItems(service, { tableName, attribute: 'expiresAt' }, 1000)).toBe(1);
    const { Items: items = [] } = await dynamodb.send(new ScanCommand({ TableName: tableName }));
    expect(items.map(({ sort }) => sort?.S).sort()).toEqual(['future', 'never']);
  });
});

describe('the engines', () => {
  it('bear a caller who goes away in the middle of a request', async () => {
    const { runtime, dynamodb, physicalId } = await startServices({ Orders: table });
    const { hostname, port } = new URL(runtime.endpoints.dynamodb);
    const socket = connect(Number(port), hostname);
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"half":');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.resetAndDestroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { Items: items } = await dynamodb.send(new ScanCommand({ TableName: physicalId('Orders') }));
    expect(items).toEqual([]);
  });
});

describe('a queue', () => {
  const queues = {
    Jobs: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        VisibilityTimeout: 0,
        MessageRetentionPeriod: 3600,
        RedrivePolicy: {
          deadLetterTargetArn: { 'Fn::GetAtt': ['Failed', 'Arn'] },
          maxReceiveCount: 1,
        },
      },
    },
    Failed: { Type: 'AWS::SQS::Queue' },
    Ordered: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true, ContentBasedDeduplication: true } },
  };

  it('passes on to its dead-letter queue what nobody deletes', async () => {
    const { sqs, physicalId } = await startServices(queues);
    const jobs = physicalId('Jobs');
    await sqs.send(new SendMessageCommand({ QueueUrl: jobs, MessageBody: 'work' }));
    const receive = new ReceiveMessageCommand({ QueueUrl: jobs });
    expect((await sqs.send(receive)).Messages).toHaveLength(1);
    expect((await sqs.send(receive)).Messages ?? []).toHaveLength(0);
    const failed = await sqs.send(new ReceiveMessageCommand({ QueueUrl: physicalId('Failed') }));
    expect(failed.Messages).toMatchObject([{ Body: 'work' }]);
  });

  it('keeps its messages over a restart and takes changed attributes', async () => {
    const first = await startServices(queues);
    await first.sqs.send(
      new SendMessageCommand({ QueueUrl: first.physicalId('Failed'), MessageBody: 'old' }),
    );
    await first.stop();
    const Jobs = { ...queues.Jobs, Properties: { ...queues.Jobs.Properties, VisibilityTimeout: 77 } };
    const { sqs, physicalId } = await startServices({ ...queues, Jobs }, first.base);
    const attributes = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: physicalId('Jobs'), AttributeNames: ['All'] }),
    );
    expect(attributes.Attributes).toMatchObject({ VisibilityTimeout: '77', MessageRetentionPeriod: '3600' });
    const received = await sqs.send(new ReceiveMessageCommand({ QueueUrl: physicalId('Failed') }));
    expect(received.Messages).toMatchObject([{ Body: 'old' }]);
  });

  it('is first in, first out where it says so', async () => {
    const { sqs, physicalId } = await startServices(queues);
    const url = physicalId('Ordered');
    expect(url).toMatch(/\.fifo$/);
    const message = { QueueUrl: url, MessageBody: 'once', MessageGroupId: 'g' };
    await sqs.send(new SendMessageCommand(message));
    await sqs.send(new SendMessageCommand(message));
    const received = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }));
    expect(received.Messages).toHaveLength(1);
  });
});

describe('a bucket', () => {
  it('keeps its objects over a restart', async () => {
    const bucket = { Objects: { Type: 'AWS::S3::Bucket', Properties: { VersioningConfiguration: {} } } };
    const first = await startServices(bucket);
    const name = first.physicalId('Objects');
    expect(name).toMatch(/^shop-objects-[0-9a-f]{12}$/);
    await first.s3.send(new PutObjectCommand({ Bucket: name, Key: 'a/b.txt', Body: 'text' }));
    await first.stop();
    const { s3 } = await startServices(bucket, first.base);
    const object = await s3.send(new GetObjectCommand({ Bucket: name, Key: 'a/b.txt' }));
    expect(await object.Body?.transformToString()).toBe('text');
    const { Contents: contents } = await s3.send(new ListObjectsV2Command({ Bucket: name }));
    expect(contents).toMatchObject([{ Key: 'a/b.txt', Size: 4 }]);
  });
});

describe('names and attributes', () => {
  it.each([
    ['a role', { Type: 'AWS::IAM::Role' }, 'Arn', /^arn:aws:iam::000000000000:role\/Shop-It-\w{12}$/],
    ['a key', { Type: 'AWS::KMS::Key' }, 'Arn', /^arn:aws:kms:us-east-1:000000000000:key\/[\da-f-]{36}$/],
    [
      'a log group',
      { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/a' } },
      'Arn',
      /^arn:aws:logs:us-east-1:000000000000:log-group:\/a:\*$/,
    ],
    [
      'a parameter',
      { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: 'v' } },
      'Value',
      /^v$/,
    ],
    [
      'a version of a function',
      { Type: 'AWS::Lambda::Version', Properties: { FunctionName: 'f' } },
      'FunctionArn',
      /^arn:aws:lambda:us-east-1:000000000000:function:f:1$/,
    ],
  ])('are those of %s', async (_what, declaration, attribute, expected) => {
    const value = { 'Fn::GetAtt': ['It', attribute] };
    const { physicalId } = await startServices({
      It: declaration,
      Carrier: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: value, Name: value } },
    });
    expect(physicalId('Carrier')).toMatch(expected);
  });

  it('are refused for a type that nobody knows', async () => {
    const resources = {
      Robot: { Type: 'AWS::Robots::Robot' },
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { 'Fn::GetAtt': ['Robot', 'Name'] } } },
    };
    await expect(startServices(resources)).rejects.toThrow(
      'Shop: Resources.Queue.Properties.QueueName.Fn::GetAtt: the local runtime does not know the attribute Name of Robot (AWS::Robots::Robot)',
    );
  });

  it.each([
    [
      'a function with inline code',
      { Code: { ZipFile: 'x' }, Handler: 'index.handler' },
      'an asset of the CDK app',
    ],
    [
      'a function without its asset',
      { Code: { S3Key: 'no.zip' }, Handler: 'index.handler' },
      'no asset no.zip',
    ],
    ['a function without a handler', { Code: { S3Key: 'no.zip' } }, 'Handler: the property is missing'],
  ])('are refused for %s', async (_what, properties, message) => {
    const resources = { It: { Type: 'AWS::Lambda::Function', Properties: properties } };
    await expect(startServices(resources)).rejects.toThrow(message);
  });
});
