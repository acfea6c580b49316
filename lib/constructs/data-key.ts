import { type IGrantable, type IRole, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { OWN_TENANT, type TenantResource } from './usable-resource.ts';

/** The services through which a function may use the key. */
export type EncryptedService = 'dynamodb' | 's3' | 'secretsmanager' | 'sqs';

/** The operations that our functions call on a key themselves. */
export type KeyOperation = 'GenerateDataKey' | 'Decrypt';

export interface DataKeyProps {
  /** What the key encrypts, shown in the console. */
  readonly description: string;
  /** Log groups whose names begin with one of these may be encrypted with the key. */
  readonly logGroupPrefixes: readonly string[];
}

/** The customer-managed key of a deployment's data. It rotates every year and outlives its stack. */
export class DataKey extends Key implements TenantResource<KeyOperation> {
  constructor(scope: Construct, id: string, props: DataKeyProps) {
    super(scope, id, {
      description: props.description,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.allowLogGroups(props.logGroupPrefixes);
    this.allowAlarms();
  }

  /** Lets a function decrypt with the key, but only as part of a call to the given service. */
  allowDecryption(grantee: IGrantable, service: EncryptedService): void {
    // DynamoDB looks at the key as well: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    const looksAtKey = service === 'dynamodb' ? ['kms:DescribeKey'] : [];
    this.allowThrough(grantee, service, ['kms:Decrypt', ...looksAtKey]);
  }

  /** Lets a function encrypt and decrypt with the key, but only as part of a call to the given service. */
  allowEncryption(grantee: IGrantable, service: EncryptedService): void {
    if (service !== 'dynamodb') {
      this.allowThrough(grantee, service, ['kms:Decrypt', 'kms:GenerateDataKey']);
      return;
    }
    this.allowThrough(grantee, service, [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ]);
  }

  /** The key's ARN. */
  get address(): string {
    return this.keyArn;
  }

  /** Texts that were encrypted with the tenant's id as context. */
  allowOwn(tenants: IRole, operations: readonly KeyOperation[]): readonly PolicyStatement[] {
    const statement = new PolicyStatement({
      actions: operations.map((operation) => `kms:${operation}`),
      resources: [this.keyArn],
      conditions: { StringEquals: { 'kms:EncryptionContext:tenantId': OWN_TENANT } },
    });
    tenants.grantPrincipal.addToPrincipalPolicy(statement);
    return [statement];
  }

  // The key's own policy trusts the account, so a statement on the caller's side is enough. One in the key's policy
  // would name a role of a later stack and close a circle between the stacks.
  private allowThrough(grantee: IGrantable, service: EncryptedService, actions: string[]): void {
    const { region, urlSuffix } = Stack.of(this);
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions,
        resources: [this.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `${service}.${region}.${urlSuffix}` } },
      }),
    );
  }

  // The service's name carries the region and, unlike most, the suffix of the partition.
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
  private allowLogGroups(prefixes: readonly string[]): void {
    const stack = Stack.of(this);
    this.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(`logs.${stack.region}.${stack.urlSuffix}`)],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': prefixes.map(
              (prefix) => `arn:${stack.partition}:logs:${stack.region}:${stack.account}:log-group:${prefix}*`,
            ),
          },
        },
      }),
    );
  }

  // For alarms that are announced on an encrypted topic.
  // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
  private allowAlarms(): void {
    this.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
  }
}
