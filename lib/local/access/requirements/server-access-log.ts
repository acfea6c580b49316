import { firstUnmet, type Requirement, serviceDecisions } from './requirement.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html */
export const serverAccessLog: Requirement = ({ properties, attributes }, enforcer) => {
  const logging = properties.group('LoggingConfiguration');
  const bucket = logging.optionalText('DestinationBucketName');
  if (bucket === undefined) return undefined;
  const object = `${logging.optionalText('LogFilePrefix') ?? ''}log`;
  const resource = `arn:${enforcer.scope.partition}:s3:::${bucket}/${object}`;
  return firstUnmet(
    `S3 could not write access logs to ${bucket}`,
    serviceDecisions(enforcer, 'logging.s3.amazonaws.com', attributes?.Arn ?? '', [
      { action: 's3:PutObject', resource },
    ]),
  );
};
