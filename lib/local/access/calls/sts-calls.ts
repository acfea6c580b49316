import type { Check, ServiceCall } from '../check.ts';

/**
 * The permissions that a call to STS needs: to assume a role, and to tag the session where it is tagged.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
 */
export function stsChecks({ operation, input }: ServiceCall): readonly Check[] {
  // It needs no permission: whoever holds credentials may know whose they are.
  if (operation === 'GetCallerIdentity') return [];
  const { RoleArn: role, RoleSessionName: sessionName, Tags: tags, TransitiveTagKeys: transitive } = input;
  const resource = typeof role === 'string' ? role : '*';
  const context: [string, string[]][] = [];
  if (typeof sessionName === 'string') context.push(['sts:rolesessionname', [sessionName]]);
  const pairs = (Array.isArray(tags) ? tags : []) as readonly { Key: string; Value: string }[];
  if (pairs.length > 0) context.push(['aws:tagkeys', pairs.map(({ Key }) => Key)]);
  for (const { Key, Value } of pairs) context.push([`aws:requesttag/${Key.toLowerCase()}`, [Value]]);
  if (Array.isArray(transitive)) context.push(['sts:transitivetagkeys', transitive.map(String)]);
  const check = { action: `sts:${operation}`, resource, context };
  return pairs.length > 0 ? [check, { action: 'sts:TagSession', resource, context }] : [check];
}
