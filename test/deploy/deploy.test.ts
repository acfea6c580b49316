import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  GetBucketEncryptionCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readStack } from '../../lib/cli/deploy/aws/stacks.ts';
import { deployPlan } from '../../lib/cli/deploy/deploy.ts';
import { destroyPlan } from '../../lib/cli/deploy/destroy.ts';
import { examineAccount } from '../../lib/cli/deploy/doctor.ts';
import { runCdk } from '../../lib/cli/deploy/run-cdk.ts';
import { readStatus } from '../../lib/cli/deploy/status.ts';
import { repositoryRoot } from '../../lib/cli/repository-root.ts';
import type { JsonObject } from '../../lib/local/json.ts';
import { deployedResources } from './support/deployed-resources.ts';
import { checkOut, lastTag } from './support/last-release.ts';
import { type MotoPlan, synthesizeForMoto } from './support/synthesize-for-moto.ts';

const run = promisify(execFile);
const region = 'us-east-1';
/** moto's change sets make no outputs and no exports. */
const method = 'direct' as const;

let plan: MotoPlan;
let printed = '';

beforeAll(async () => {
  plan = await synthesizeForMoto();
  console.info(`Left out, because moto cannot create them: ${plan.leftOut.join(', ')}`);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
}, 60_000);

afterAll(() => {
  vi.restoreAllMocks();
});

/** Runs the CDK and gives what it printed. */
async function cdk(...args: readonly string[]): Promise<string> {
  const { code, lines } = await runCdk(args, { region });
  expect(code, lines.join('\n')).toBe(0);
  return lines.join('\n');
}

function deployWithCdk({ directory }: MotoPlan): Promise<string> {
  return cdk('deploy', '--all', '--app', directory, '--method', method, '--require-approval', 'never');
}

describe('the real CDK', { timeout: 120_000 }, () => {
  it('bootstraps', async () => {
    expect(await cdk('bootstrap', 'aws://123456789012/us-east-1')).toContain('bootstrapped');
  });

  const tag = lastTag();
  if (tag === undefined) console.warn('SKIPPED: an upgrade from the last release; this clone has no tag');
  it.skipIf(tag === undefined)(
    `upgrades from ${tag ?? 'the last release'} without touching what is stored`,
    async () => {
      const release = checkOut(tag ?? '');
      try {
        const former = await synthesizeForMoto(release.folder);
        await deployWithCdk(former);
        const before = await deployedResources(former, 'AWS::DynamoDB::Table');
        await Promise.all(
          before.map(({ physicalId, properties }) => put(physicalId, keyOf(properties, 'upgrade'))),
        );
        const upgraded = await synthesizeForMoto(repositoryRoot, former);
        await deployWithCdk(upgraded);
        const after = await deployedResources(upgraded, 'AWS::DynamoDB::Table');
        for (const { logicalId, physicalId, properties } of before) {
          expect(after).toContainEqual(expect.objectContaining({ logicalId, physicalId }));
          expect(await get(physicalId, keyOf(properties, 'upgrade'))).toBeDefined();
        }
        await cdk('destroy', '--all', '--force', '--app', upgraded.directory);
      } finally {
        release.remove();
      }
    },
    // Another release may have other packages to install.
    300_000,
  );

  it('deploys', async () => {
    const output = await deployWithCdk(plan);
    for (const { name } of plan.stacks) expect(output).toContain(`✅  ${name}`);
  });

  it('has nothing to change the second time', async () => {
    const output = await deployWithCdk(plan);
    for (const { name } of plan.stacks) expect(output).toContain(`✅  ${name} (no changes)`);
  });

  it('destroys', async () => {
    await cdk('destroy', '--all', '--force', '--app', plan.directory);
    for (const { name } of plan.stacks) expect(await readStack({ region }, name, {})).toBeUndefined();
  });
});

describe('openclaw', { timeout: 120_000 }, () => {
  let outputs: string;

  beforeAll(async () => {
    outputs = join(await mkdtemp(join(tmpdir(), 'openclaw-deploy-')), 'outputs.json');
  });

  it('says what a first deployment does and does nothing in a dry run', async () => {
    const { stdout } = await run(process.execPath, ['bin/openclaw.ts', 'deploy', '--dry-run'], {
      cwd: repositoryRoot,
      maxBuffer: 16 * 1024 * 1024,
    });
    expect(stdout).toMatch(/bootstrap: version \d+, \d+ is needed/);
    expect(stdout).toMatch(/idle: \$\d+\.\d\d a month/);
    expect(stdout).toContain('This is a dry run: nothing was deployed.');
    expect(await readStack({ region }, 'OpenClaw-Data', {})).toBeUndefined();
  });

  it('deploys nothing that nobody has approved', async () => {
    await expect(deployPlan(plan, options({ yes: false }))).rejects.toThrow(
      'these changes of access were not approved',
    );
    expect(await readStack({ region }, 'OpenClaw-Data', {})).toBeUndefined();
  });

  it('deploys, writes the outputs, makes a key and prints it once', async () => {
    printed = '';
    await deployPlan(plan, options({ createKey: true }));
    for (const { name } of plan.stacks) expect(printed).toContain(`✓ ${name} is deployed`);
    expect(Object.keys(JSON.parse(await readFile(outputs, 'utf8')))).toContain('OpenClaw-Data');
    expect(printed.match(/^oc_dev_[a-z0-9]{12}_[a-z0-9]{40}$/gm)).toHaveLength(1);
  });

  it('has nothing to deploy or to ask the second time', async () => {
    printed = '';
    await deployPlan(plan, options({ yes: false }));
    for (const { name } of plan.stacks) expect(printed).toContain(`✓ ${name}: no changes`);
  });

  it('tells the state of what is deployed', async () => {
    const { stacks } = await readStatus(plan);
    expect(stacks).toHaveLength(plan.stacks.length);
    for (const stack of stacks)
      expect(stack).toMatchObject({ status: 'CREATE_COMPLETE', matchesLocal: true });
  });

  it('finds nothing wrong with it', async () => {
    const findings = (await examineAccount(plan)).flatMap((report) => report.findings);
    expect(findings.filter(({ status }) => status === 'failure')).toEqual([]);
    expect(findings.map(({ message }) => message)).toContain('OpenClaw-Data is in CREATE_COMPLETE');
  });

  function options(changed: { readonly yes?: boolean; readonly createKey?: boolean }) {
    return {
      requireApproval: 'broadening' as const,
      yes: true,
      outputs,
      method,
      createKey: false,
      smokeTest: false,
      ...changed,
    };
  }
});

describe('what is deployed', () => {
  it('has tables that store, read and refuse a second item under the same key', async () => {
    const tables = await deployedResources(plan, 'AWS::DynamoDB::Table');
    expect(tables.length).toBeGreaterThan(0);
    for (const { physicalId, properties } of tables) {
      const key = keyOf(properties, 'driven');
      await put(physicalId, key);
      expect(await get(physicalId, key)).toMatchObject({ value: { S: 'stored' } });
      await expect(put(physicalId, key)).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    }
  });

  it('has keys that decrypt what they encrypted, in the same context alone', async () => {
    const client = new KMSClient({});
    const keys = await deployedResources(plan, 'AWS::KMS::Key');
    expect(keys.length).toBeGreaterThan(0);
    for (const { physicalId: KeyId } of keys) {
      const EncryptionContext = { tenantId: 'acme' };
      const { CiphertextBlob } = await client.send(
        new EncryptCommand({ KeyId, Plaintext: Buffer.from('secret'), EncryptionContext }),
      );
      const { Plaintext = new Uint8Array() } = await client.send(
        new DecryptCommand({ CiphertextBlob, EncryptionContext }),
      );
      expect(Buffer.from(Plaintext).toString()).toBe('secret');
      await expect(
        client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: { tenantId: 'other' } })),
      ).rejects.toThrow();
    }
  });

  it("has buckets that encrypt with the deployment's key", async () => {
    const client = new S3Client({ forcePathStyle: true });
    const keys = (await deployedResources(plan, 'AWS::KMS::Key')).map(({ physicalId }) => physicalId);
    const buckets = await deployedResources(plan, 'AWS::S3::Bucket');
    // One that takes S3's own logs can have no key of a customer.
    const encrypted = buckets.filter(({ properties }) => JSON.stringify(properties).includes('aws:kms'));
    expect(encrypted.length).toBeGreaterThan(0);
    for (const { physicalId: Bucket } of encrypted) {
      const { ServerSideEncryptionConfiguration: configuration } = await client.send(
        new GetBucketEncryptionCommand({ Bucket }),
      );
      const byDefault = configuration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
      expect(byDefault?.SSEAlgorithm).toBe('aws:kms');
      expect(keys.some((key) => byDefault?.KMSMasterKeyID?.endsWith(key))).toBe(true);
      // moto does not apply the bucket's default to an object, so the object names the key itself.
      const object = { Bucket, Key: 'tenants/acme/file.txt' };
      const encryption = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: byDefault?.KMSMasterKeyID } as const;
      await client.send(new PutObjectCommand({ ...object, ...encryption, Body: 'stored' }));
      const answer = await client.send(new GetObjectCommand(object));
      expect(await answer.Body?.transformToString()).toBe('stored');
      expect(answer).toMatchObject(encryption);
    }
  });

  it('has bucket policies that S3 accepts and that refuse requests without TLS', async () => {
    const client = new S3Client({ forcePathStyle: true });
    for (const { physicalId: Bucket, stack, logicalId } of await deployedResources(plan, 'AWS::S3::Bucket')) {
      // moto makes no bucket policy from a template, so the synthesized one is put by hand.
      const policy = await synthesizedPolicy(stack, logicalId, `arn:aws:s3:::${Bucket}`);
      await client.send(new PutBucketPolicyCommand({ Bucket, Policy: policy }));
      const { Policy = '' } = await client.send(new GetBucketPolicyCommand({ Bucket }));
      expect(JSON.parse(Policy).Statement).toContainEqual(
        expect.objectContaining({
          Effect: 'Deny',
          Action: 's3:*',
          Principal: { AWS: '*' },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      );
    }
  });

  it('has the notifications of its buckets', async () => {
    const client = new S3Client({ forcePathStyle: true });
    for (const { physicalId: Bucket, properties } of await deployedResources(plan, 'AWS::S3::Bucket')) {
      const declared = (properties.NotificationConfiguration ?? {}) as JsonObject;
      const actual = await client.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
      const count = (value: unknown) => (Array.isArray(value) ? value.length : 0);
      expect(count(actual.QueueConfigurations)).toBe(count(declared.QueueConfigurations));
      expect(actual.EventBridgeConfiguration !== undefined).toBe(
        declared.EventBridgeConfiguration !== undefined,
      );
    }
  });

  it('has queues that hand on what they are given', async () => {
    const client = new SQSClient({ useQueueUrlAsEndpoint: false });
    for (const { physicalId: QueueUrl } of await deployedResources(plan, 'AWS::SQS::Queue')) {
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'job', MessageGroupId: 'acme' }));
      const { Messages: messages = [] } = await client.send(
        new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2 }),
      );
      expect(messages.map(({ Body: body }) => body)).toContain('job');
    }
  });
});

describe('openclaw destroy', { timeout: 120_000 }, () => {
  it('removes nothing without a yes', async () => {
    await expect(destroyPlan(plan, {})).rejects.toThrow('Nothing was removed');
    expect(await readStack({ region }, 'OpenClaw-Data', {})).toBeDefined();
  });

  it('names what stays, removes the stacks, and leaves the data', async () => {
    const tables = await deployedResources(plan, 'AWS::DynamoDB::Table');
    printed = '';
    await destroyPlan(plan, { yes: true });
    for (const { name } of plan.stacks) expect(await readStack({ region }, name, {})).toBeUndefined();
    for (const { physicalId } of tables) expect(printed).toContain(`AWS::DynamoDB::Table ${physicalId}`);
  });

  it('has nothing to do the second time', async () => {
    printed = '';
    await destroyPlan(plan, { yes: true });
    expect(printed).toContain('Nothing of openclaw is deployed');
  });
});

type Key = Readonly<Record<string, { readonly S: string }>>;

/** A key of the table's own schema. */
function keyOf(properties: JsonObject, value: string): Key {
  const attributes = (properties.KeySchema ?? []) as readonly { readonly AttributeName: string }[];
  return Object.fromEntries(attributes.map(({ AttributeName: name }) => [name, { S: value }]));
}

async function put(TableName: string, key: Key): Promise<void> {
  const [name = ''] = Object.keys(key);
  await new DynamoDBClient({}).send(
    new PutItemCommand({
      TableName,
      Item: { ...key, value: { S: 'stored' } },
      ConditionExpression: 'attribute_not_exists(#key)',
      ExpressionAttributeNames: { '#key': name },
    }),
  );
}

async function get(TableName: string, Key: Key): Promise<unknown> {
  const { Item } = await new DynamoDBClient({}).send(new GetItemCommand({ TableName, Key }));
  return Item;
}

/** The policy of a bucket as the app synthesized it, with the bucket's ARN in it. */
async function synthesizedPolicy(stack: string, bucket: string, arn: string): Promise<string> {
  const file = join(plan.directory, '../synthesized', `${stack}.template.json`);
  const { Resources } = JSON.parse(await readFile(file, 'utf8')) as {
    readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: JsonObject }>>;
  };
  const policy = Object.values(Resources).find(
    ({ Type, Properties }) =>
      Type === 'AWS::S3::BucketPolicy' &&
      JSON.stringify(Properties.Bucket) === JSON.stringify({ Ref: bucket }),
  );
  return JSON.stringify(policy?.Properties.PolicyDocument, (_, value) => {
    if (value?.['Fn::GetAtt']?.[0] === bucket) return arn;
    const joined = value?.['Fn::Join'];
    return joined === undefined
      ? value
      : (joined[1] as unknown[]).map((part) => (typeof part === 'string' ? part : arn)).join(joined[0]);
  });
}
