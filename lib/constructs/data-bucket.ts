import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { AccessLogBucket } from './access-log-bucket.ts';
import { acknowledge, inStandards } from './acknowledge.ts';
import type { DataKey } from './data-key.ts';
import { OWN_TENANT, type TenantResource } from './usable-resource.ts';

/** The operations that our functions call on objects. */
export type ObjectOperation = 'GetObject' | 'PutObject' | 'DeleteObject';

export interface DataBucketProps {
  readonly encryptionKey: DataKey;
  /** Gets a line for every request to the bucket. */
  readonly accessLog: AccessLogBucket;
}

/** A bucket without public access, reached over TLS 1.2 or later, encrypted with the deployment's key, versioned. */
export class DataBucket extends Bucket implements TenantResource<ObjectOperation> {
  private readonly key: DataKey;

  constructor(scope: Construct, id: string, props: DataBucketProps) {
    super(scope, id, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      encryption: BucketEncryption.KMS,
      encryptionKey: props.encryptionKey,
      // One KMS call per bucket and hour or so instead of one per object.
      bucketKeyEnabled: true,
      versioned: true,
      serverAccessLogsBucket: props.accessLog as IBucket,
      serverAccessLogsPrefix: `${id}/`,
      lifecycleRules: [
        {
          abortIncompleteMultipartUploadAfter: Duration.days(7),
          noncurrentVersionExpiration: Duration.days(30),
        },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.key = props.encryptionKey;
    acknowledge(
      this,
      'Copies in a second region would take data out of the regions that a deployment is bound to; versions protect ' +
        'from what a person or a program does',
      ...inStandards('S3BucketReplicationEnabled'),
    );
  }

  /** The bucket's name. */
  get address(): string {
    return this.bucketName;
  }

  /** Objects under `tenants/<tenant>/`. Listing them is not among what is allowed: it would need the whole bucket. */
  allowOwn(tenants: IRole, operations: readonly ObjectOperation[]): readonly PolicyStatement[] {
    // What another stack calls it, from the beginning: a finding about the wildcard is accepted under that name.
    const bucketArn = tenants.stack === this.stack ? this.bucketArn : this.stack.exportValue(this.bucketArn);
    const statement = new PolicyStatement({
      actions: operations.map((operation) => `s3:${operation}`),
      resources: [`${bucketArn}/tenants/${OWN_TENANT}/*`],
    });
    tenants.grantPrincipal.addToPrincipalPolicy(statement);
    if (operations.includes('PutObject')) this.key.allowEncryption(tenants, 's3');
    else if (operations.includes('GetObject')) this.key.allowDecryption(tenants, 's3');
    return [statement];
  }
}
