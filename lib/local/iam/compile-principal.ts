import type { Principal } from './types.ts';

/** How a principal is named by a statement: by itself, as part of its account, or not at all. */
export type PrincipalMatch = 'session' | 'role' | 'account' | 'service' | 'everyone' | undefined;
export type PrincipalMatcher = (principal: Principal) => PrincipalMatch;

/**
 * Compiles a Principal element.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 *
 * @throws Error for what is no principal
 */
export function compilePrincipal(element: unknown): PrincipalMatcher {
  if (element === '*') return () => 'everyone';
  if (typeof element !== 'object' || element === null)
    throw new Error('Principal has to be "*" or an object');
  const matchers = Object.entries(element).flatMap(([kind, names]) =>
    [names].flat().map((name) => compileName(kind, String(name))),
  );
  return (principal) => {
    for (const match of matchers) {
      const found = match(principal);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function compileName(kind: string, name: string): PrincipalMatcher {
  switch (kind) {
    case 'AWS':
      return compileAccountPrincipal(name);
    case 'Service':
      return ({ kind: asked, arn }) =>
        asked === 'service' && (arn === name || isRegional(arn, name)) ? 'service' : undefined;
    case 'Federated':
    case 'CanonicalUser':
      // Nobody on this machine signs in that way.
      return () => undefined;
    default:
      throw new Error(`Principal.${kind} is not known`);
  }
}

function compileAccountPrincipal(name: string): PrincipalMatcher {
  if (name === '*') return () => 'everyone';
  const account = /^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/.exec(name)?.[1];
  if (account !== undefined) {
    return ({ kind, accountId }) =>
      kind !== 'service' && kind !== 'anonymous' && accountId === account ? 'account' : undefined;
  }
  return ({ arn, sessionArn }) => (sessionArn === name ? 'session' : arn === name ? 'role' : undefined);
}

/** `logs.eu-west-1.amazonaws.com` is `logs.amazonaws.com` in one region. */
function isRegional(asked: string, named: string): boolean {
  const [service, ...suffix] = named.split('.');
  const parts = asked.split('.');
  return (
    parts.length === suffix.length + 2 &&
    parts[0] === service &&
    parts.slice(2).join('.') === suffix.join('.')
  );
}
