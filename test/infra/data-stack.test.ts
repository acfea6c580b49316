import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { synthesize } from './synthesize.ts';

describe('the data stack', () => {
  let template: Template;
  beforeAll(() => {
    template = synthesize({
      providers: {
        hosted: { kind: 'openai', apiKeys: ['SECOND_KEY', 'FIRST_KEY'] },
        other: { kind: 'anthropic', apiKeys: ['FIRST_KEY'] },
        builtin: { kind: 'openclaw-extract' },
      },
    }).template('OpenClaw-Data');
  });

  it.each([
    ['ApiKeys', [{ AttributeName: 'keyId', KeyType: 'HASH' }], undefined],
    [
      'Requests',
      [
        { AttributeName: 'partition', KeyType: 'HASH' },
        { AttributeName: 'sort', KeyType: 'RANGE' },
      ],
      'expiresAt',
    ],
    [
      'RateLimits',
      [
        { AttributeName: 'partition', KeyType: 'HASH' },
        { AttributeName: 'sort', KeyType: 'RANGE' },
      ],
      'expiresAt',
    ],
  ])(
    'has the table %s: on demand, under our key, recoverable, protected and kept',
    (id, keySchema, timeToLive) => {
      const tables = template.findResources('AWS::DynamoDB::Table', {
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          KeySchema: keySchema,
          BillingMode: 'PAY_PER_REQUEST',
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: Match.anyValue() },
          TimeToLiveSpecification:
            timeToLive === undefined ? Match.absent() : { AttributeName: timeToLive, Enabled: true },
        },
      });
      expect(Object.keys(tables).filter((logicalId) => logicalId.startsWith(id))).toHaveLength(1);
    },
  );

  it('rotates its key and keeps it', () => {
    template.hasResource('AWS::KMS::Key', {
      DeletionPolicy: 'Retain',
      Properties: { EnableKeyRotation: true },
    });
  });

  it('lets CloudWatch use the key for the log groups of this deployment only', () => {
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: { Service: Match.objectLike({}) },
            Condition: {
              ArnLike: {
                'kms:EncryptionContext:aws:logs:arn': [
                  { 'Fn::Join': ['', Match.arrayWith([':log-group:OpenClaw-*'])] },
                  // Of API Gateway's own choice.
                  { 'Fn::Join': ['', Match.arrayWith([':log-group:API-Gateway-Execution-Logs_*'])] },
                ],
              },
            },
          }),
        ]),
      },
    });
  });

  it('has a bucket that nobody reaches from outside, nor without TLS', () => {
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        VersioningConfiguration: { Status: 'Enabled' },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            Match.objectLike({
              ServerSideEncryptionByDefault: Match.objectLike({ SSEAlgorithm: 'aws:kms' }),
            }),
          ],
        },
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  it('generates the pepper of the API keys', () => {
    template.hasResource('AWS::SecretsManager::Secret', {
      DeletionPolicy: 'Retain',
      Properties: {
        GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
        KmsKeyId: Match.anyValue(),
      },
    });
  });

  it('makes the provider keys a secret that a redeployment leaves alone, and tells the local runtime their names', () => {
    template.hasResource('AWS::SecretsManager::Secret', {
      DeletionPolicy: 'Retain',
      Metadata: { 'openclaw:localValuesFrom': ['FIRST_KEY', 'SECOND_KEY'] },
      Properties: {
        GenerateSecretString: { SecretStringTemplate: '{}', GenerateStringKey: 'generated' },
        SecretString: Match.absent(),
      },
    });
  });

  it('puts out what operators and the local runtime look for', () => {
    const outputs = template.toJSON().Outputs;
    for (const name of [
      'ApiKeysTableName',
      'RequestsTableName',
      'ApiKeyPepperSecretArn',
      'ProviderKeysSecretArn',
    ])
      expect(outputs).toHaveProperty(name);
  });
});
