import type { AccessRequest, Principal } from '../iam/index.ts';
import type { AccessTable, RoleAccess } from './access-table.ts';
import type { Check } from './check.ts';

/** Values of condition keys; keys in lower case. */
export type ContextValues = readonly (readonly [key: string, values: readonly string[]])[];

type Place = Pick<AccessTable, 'accountId' | 'region'>;

/** What each call of a role carries. */
export function roleContext(role: Pick<RoleAccess, 'arn'>, place: Place): ContextValues {
  return [
    ...commonContext(place),
    ['aws:principalarn', [role.arn]],
    ['aws:principaltype', ['AssumedRole']],
    ['aws:principalisawsservice', ['false']],
    ['aws:viaawsservice', ['false']],
  ];
}

/** What a call of a service in its own name carries. */
export function serviceContext(service: string, place: Place): ContextValues {
  return [
    ...commonContext(place),
    ['aws:principalisawsservice', ['true']],
    ['aws:principalservicename', [service]],
  ];
}

/** A check as IAM is asked it, now. What the check itself says goes before what is common. */
export function toRequest(
  principal: Principal,
  { action, resource, context = [] }: Check,
  common: ContextValues,
): AccessRequest {
  const now = Date.now();
  return {
    action,
    resource,
    principal,
    context: new Map<string, readonly string[]>([
      ['aws:currenttime', [new Date(now).toISOString()]],
      ['aws:epochtime', [String(Math.floor(now / 1000))]],
      ...common,
      ...context,
    ]),
  };
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
function commonContext({ accountId, region }: Place): ContextValues {
  return [
    ['aws:principalaccount', [accountId]],
    ['aws:resourceaccount', [accountId]],
    ['kms:calleraccount', [accountId]],
    ['aws:requestedregion', [region]],
    // The engines speak HTTP on loopback in place of HTTPS.
    ['aws:securetransport', ['true']],
    ['s3:tlsversion', ['1.3']],
  ];
}
