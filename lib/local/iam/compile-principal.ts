import type { Principal } from './types.ts';

/**
 * How a statement names a principal, from the weakest: as part of its account, with everyone, by its role, by itself.
 * An account's own root user is `role` where the account is named: nobody else decides for it.
 */
export type PrincipalMatch = 'account' | 'everyone' | 'role' | 'service' | 'session';
export type PrincipalMatcher = (principal: Principal) => PrincipalMatch | undefined;

const strength: readonly (PrincipalMatch | undefined)[] = [
  undefined,
  'account',
  'everyone',
  'role',
  'service',
  'session',
];

/** True where a principal is named more exactly than before. */
export function isStronger(match: PrincipalMatch | undefined, before: PrincipalMatch | undefined): boolean {
  return strength.indexOf(match) > strength.indexOf(before);
}

/**
 * Compiles a Principal element.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 *
 * @throws Error for what is no principal
 */
export function compilePrincipal(element: unknown): PrincipalMatcher {
  const matchers = readNames(element).map(compileName);
  return (principal) => {
    let best: PrincipalMatch | undefined;
    for (const match of matchers) {
      const found = match(principal);
      if (isStronger(found, best)) best = found;
    }
    return best;
  };
}

/**
 * Compiles a NotPrincipal element, into what is true of those who are not excepted. An exception has to name the
 * session, its role and its account: AWS looks at each of them by itself.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
 *
 * @throws Error for what is no principal
 */
export function compileNotPrincipal(element: unknown): (principal: Principal) => boolean {
  const matchers = readNames(element).map(compileName);
  return (principal) => {
    const named = new Set(matchers.map((match) => match(principal)));
    if (named.has('everyone') || named.has('service')) return false;
    if (principal.kind !== 'role') return !named.has('role');
    const session = principal.sessionArn === undefined || named.has('session');
    return !(session && named.has('role') && named.has('account'));
  };
}

type Name = readonly [kind: string, name: string];

function readNames(element: unknown): readonly Name[] {
  if (element === '*') return [['AWS', '*']];
  if (typeof element !== 'object' || element === null || Array.isArray(element)) {
    throw new Error('Principal has to be "*" or an object');
  }
  return Object.entries(element).flatMap(([kind, names]) =>
    [names].flat().map((name): Name => {
      if (typeof name !== 'string') throw new Error(`Principal.${kind} has to be a text or a list of texts`);
      return [kind, name];
    }),
  );
}

function compileName([kind, name]: Name): PrincipalMatcher {
  switch (kind) {
    case 'AWS':
      return compileAwsPrincipal(name);
    case 'Service':
      return (principal) => (principal.kind === 'service' && principal.arn === name ? 'service' : undefined);
    case 'Federated':
    case 'CanonicalUser':
      // Nobody on this machine signs in that way.
      return () => undefined;
    default:
      throw new Error(`Principal.${kind} is not known`);
  }
}

function compileAwsPrincipal(name: string): PrincipalMatcher {
  if (name === '*') return () => 'everyone';
  const account = /^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/.exec(name)?.[1];
  if (account !== undefined) {
    return ({ kind, accountId }) => {
      if (accountId !== account || kind === 'service' || kind === 'anonymous') return undefined;
      return kind === 'account' ? 'role' : 'account';
    };
  }
  if (/[*?]/.test(name)) throw new Error(`Principal "${name}": IAM takes no wildcard within a name`);
  return ({ kind, arn, sessionArn }) => {
    if (kind !== 'role') return undefined;
    if (sessionArn === name) return 'session';
    return arn === name ? 'role' : undefined;
  };
}
