import type { Check, ServiceCall } from '../check.ts';

/**
 * The permission that a call to Secrets Manager needs.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
 *
 * @param findArn - the ARN of a secret that is named by its name, or by its ARN with or without the random ending
 */
export function secretsManagerChecks(
  { operation, input }: ServiceCall,
  findArn: (id: string) => string | undefined,
): readonly Check[] {
  const { SecretId: id, VersionStage: stage, VersionId: version } = input;
  const context: [string, string[]][] = [];
  if (typeof id === 'string') context.push(['secretsmanager:secretid', [findArn(id) ?? id]]);
  if (operation === 'GetSecretValue') {
    context.push(['secretsmanager:versionstage', [typeof stage === 'string' ? stage : 'AWSCURRENT']]);
  }
  if (typeof version === 'string') context.push(['secretsmanager:versionid', [version]]);
  const resource = typeof id === 'string' ? (findArn(id) ?? id) : '*';
  return [{ action: `secretsmanager:${operation}`, resource, context }];
}
