import type { IssuerConfiguration } from '../../config/sign-in.ts';
import type { Member } from '../member.ts';
import type { Principal } from '../principal.ts';
import { rolePermissions } from '../roles.ts';
import { platformTenantId, tenantIdForm } from '../tenant.ts';
import { People, type PeopleOptions } from './people.ts';
import { type TokenRefusal, TokenRefused } from './token-refusal.ts';
import { TokenVerifier, type VerifiedToken } from './token-verifier.ts';

/** Why somebody who showed a token may not act. */
export type SignInRefusal =
  | TokenRefusal
  /** The token is good, and its holder no member of the tenant: the same whether there is such a tenant or not. */
  | 'no-membership'
  /** The token is good and names no tenant, nor does the request. */
  | 'no-tenant';

export type SignedIn =
  | { readonly accepted: true; readonly principal: Principal }
  | { readonly accepted: false; readonly reason: SignInRefusal; readonly issuer?: string };

export interface SignInOptions extends Omit<PeopleOptions, 'now'> {
  readonly issuers: readonly IssuerConfiguration[];
  readonly now?: () => number;
  readonly fetch?: typeof fetch;
}

/** Signs people in with the tokens of OpenID Connect services. */
export class SignIn {
  readonly #verifier: TokenVerifier;
  readonly #people: People;

  constructor(options: SignInOptions) {
    const { issuers, now = Date.now, fetch: fetchUrl = fetch } = options;
    this.#verifier = new TokenVerifier(issuers, { now, fetch: fetchUrl });
    this.#people = new People({ ...options, now });
  }

  /**
   * Tells who a token is of, in which tenant.
   *
   * @param wantedTenant - the tenant that the request names
   * @throws IssuerUnavailable where the issuer's keys cannot be had; what the store of members throws
   */
  async authenticate(token: string, wantedTenant: string | undefined): Promise<SignedIn> {
    let verified: VerifiedToken;
    try {
      verified = await this.#verifier.verify(token);
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      const { reason, issuer } = error;
      return { accepted: false, reason, ...(issuer !== undefined && { issuer }) };
    }
    const { issuer } = verified.issuer;
    const tenantId = tenantOf(verified, wantedTenant);
    if (tenantId === undefined) return { accepted: false, reason: 'no-tenant', issuer };
    const member = isOpenTo(verified.issuer, tenantId) && (await this.#people.find(tenantId, verified));
    if (!member) return { accepted: false, reason: 'no-membership', issuer };
    return { accepted: true, principal: principalOf(tenantId, member) };
  }
}

/** The tenant to which a person belongs: of those that its token names, the one that the request does. */
function tenantOf({ issuer, claims }: VerifiedToken, wanted: string | undefined): string | undefined {
  if (issuer.tenantClaim === undefined) return wanted;
  const named = [claims[issuer.tenantClaim]].flat().filter((one) => typeof one === 'string');
  if (wanted !== undefined && named.includes(wanted)) return wanted;
  return named.length > 1 && wanted === undefined ? undefined : named[0];
}

function isOpenTo({ tenants }: IssuerConfiguration, tenantId: string): boolean {
  if (!tenantIdForm.test(tenantId) || tenantId === platformTenantId) return false;
  return tenants === undefined || tenants.includes(tenantId);
}

function principalOf(tenantId: string, { id, role, projects }: Member): Principal {
  const [only, ...others] = projects;
  return {
    kind: 'person',
    keyId: id,
    userId: id,
    tenantId,
    homeTenantId: tenantId,
    // Who is in several says by a header which one a request is about.
    projectId: only !== undefined && others.length === 0 ? only : '',
    projectIds: projects,
    role,
    permissions: rolePermissions[role],
  };
}
