import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge, inStandards } from './acknowledge.ts';

/** Where S3 writes who read or wrote which object of another bucket. What is older than a year goes. */
export class AccessLogBucket extends Bucket {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      encryption: BucketEncryption.S3_MANAGED,
      versioned: true,
      lifecycleRules: [
        {
          expiration: Duration.days(365),
          noncurrentVersionExpiration: Duration.days(30),
          abortIncompleteMultipartUploadAfter: Duration.days(7),
        },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(
      this,
      'S3 delivers access logs only to a bucket that it encrypts with its own keys: ' +
        'https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html',
      ...inStandards('S3DefaultEncryptionKMS'),
    );
    acknowledge(
      this,
      'Copies in a second region would take data out of the regions that a deployment is bound to',
      ...inStandards('S3BucketReplicationEnabled'),
    );
  }
}
