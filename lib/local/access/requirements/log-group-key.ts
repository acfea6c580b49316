import { partitionOf } from '../../../config/partition.ts';
import { encryptionContextKeys } from '../encryption-context.ts';
import { firstUnmet, type Requirement, serviceDecisions } from './requirement.ts';

const operations = [
  'Encrypt',
  'Decrypt',
  'ReEncryptFrom',
  'ReEncryptTo',
  'GenerateDataKey',
  'DescribeKey',
] as const;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
export const logGroupKey: Requirement = ({ attributes }, enforcer) => {
  const arn = attributes?.Arn ?? '';
  const keyArn = enforcer.keyOf(arn);
  if (keyArn === undefined) return undefined;
  const { region } = enforcer.scope;
  const logGroup = arn.replace(/:\*$/, '');
  const checks = operations.map((operation) => ({
    action: `kms:${operation}`,
    resource: keyArn,
    context: encryptionContextKeys({ 'aws:logs:arn': logGroup }),
  }));
  return firstUnmet(
    `The specified KMS key does not exist or is not allowed to be used with Arn '${logGroup}'`,
    serviceDecisions(enforcer, `logs.${region}.${partitionOf(region).urlSuffix}`, logGroup, checks),
  );
};
