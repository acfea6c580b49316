import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Stack, Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/**
 * Accepts findings of the rule packs that the tests run over every template (cdk-nag). It stands where the finding
 * arises, so that whoever changes the one reads the other.
 *
 * @param construct - the construct that the finding is about, or one that contains it
 * @param reason - why what the rule asks for would be wrong or pointless here
 * @param rules - ids of rules, as the packs print them
 */
export function acknowledge(construct: IConstruct, reason: string, ...rules: readonly string[]): void {
  Validations.of(construct).acknowledge(...rules.map((id) => ({ id, reason })));
}

/** The id of a rule in both of the packs that follow a standard: NIST 800-53 revision 5 and HIPAA. */
export function inStandards(rule: string): string[] {
  return [`NIST.800.53.R5-${rule}`, `HIPAA.Security-${rule}`];
}

/**
 * Accepts that the statements of a role have wildcards in their resources, each as it is written and no other.
 *
 * @param role - the role that has the statements
 */
export function acknowledgeWildcards(
  role: IConstruct,
  reason: string,
  statements: readonly PolicyStatement[],
): void {
  const resources: unknown[] = statements.flatMap((statement) => Stack.of(role).resolve(statement.resources));
  const wildcards = resources.map(flatten).filter((resource) => resource.includes('*'));
  for (const resource of new Set(wildcards)) {
    acknowledge(role, reason, `AwsSolutions-IAM5[Resource::${resource}]`);
  }
}

/** Writes an ARN with references in it as cdk-nag does: `arn:<AWS::Partition>:s3:::<Bucket.Arn>/*`. */
function flatten(resource: unknown): string {
  if (typeof resource !== 'object' || resource === null)
    return String(resource).replace(/\$\{(.*?)\}/g, '<$1>');
  const [[name, value] = []] = Object.entries(resource);
  if (name === 'Fn::Join' && Array.isArray(value)) return value[1].map(flatten).join(value[0]);
  if (name === 'Fn::GetAtt' && Array.isArray(value)) return `<${value.join('.')}>`;
  if (name === 'Fn::ImportValue') return String(value);
  return name === 'Ref' ? `<${value}>` : JSON.stringify(resource);
}
