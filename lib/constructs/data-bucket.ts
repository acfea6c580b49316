import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { AccessLogBucket } from './access-log-bucket.ts';
import { acknowledge, inStandards } from './acknowledge.ts';
import type { DataKey } from './data-key.ts';

export interface DataBucketProps {
  readonly encryptionKey: DataKey;
  /** Gets a line for every request to the bucket. */
  readonly accessLog: AccessLogBucket;
}

/** A bucket without public access, reached over TLS 1.2 or later, encrypted with the deployment's key, versioned. */
export class DataBucket extends Bucket {
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
    acknowledge(
      this,
      'Copies in a second region would take data out of the regions that a deployment is bound to; versions protect ' +
        'from what a person or a program does',
      ...inStandards('S3BucketReplicationEnabled'),
    );
  }
}
