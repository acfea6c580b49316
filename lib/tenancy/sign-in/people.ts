import type { Documents } from '../change-document.ts';
import { Invites } from '../invites.ts';
import type { Identity, Member } from '../member.ts';
import { Members } from '../members.ts';
import { TenancyError } from '../tenancy-error.ts';
import type { VerifiedToken } from './token-verifier.ts';

export interface PeopleOptions {
  readonly documents: Documents;
  /** How long a membership is remembered, in milliseconds; one that ended works on for at most this long. */
  readonly cacheMs: number;
  readonly now: () => number;
}

interface Entry {
  readonly member: Promise<Member | undefined>;
  readonly expiresAtMs: number;
}

/** Bounds the memory that people can make us use by naming tenants. */
const maxEntries = 5_000;
/** Who is not a member may become one any moment. */
const strangerCacheMs = 5_000;

/** Finds the member that a token is of. */
export class People {
  readonly #members: Members;
  readonly #invites: Invites;
  readonly #options: PeopleOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: PeopleOptions) {
    this.#members = new Members(options.documents, options.now);
    this.#invites = new Invites(options.documents, this.#members, options.now);
    this.#options = options;
  }

  /**
   * The member by the identity with which it signed in before. Who signs in for the first time is found by the address
   * that its issuer has checked, as a member or as somebody who was invited, and is known by the identity from then on.
   */
  find(tenantId: string, token: VerifiedToken): Promise<Member | undefined> {
    const { issuer, subject, email } = token;
    const key = JSON.stringify([tenantId, issuer.issuer, subject, email]);
    const known = this.#entries.get(key);
    const now = this.#options.now();
    if (known && known.expiresAtMs > now) return known.member;
    const member = this.#look(tenantId, token);
    const entry = { member, expiresAtMs: now + this.#options.cacheMs };
    this.#remember(key, entry);
    member.then(
      (found) => {
        if (found || this.#entries.get(key) !== entry) return;
        const expiresAtMs = now + Math.min(strangerCacheMs, this.#options.cacheMs);
        this.#remember(key, { member, expiresAtMs });
      },
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    return member;
  }

  async #look(tenantId: string, token: VerifiedToken): Promise<Member | undefined> {
    const identity: Identity = { issuer: token.issuer.issuer, subject: token.subject };
    const known = await this.#members.findByIdentity(tenantId, identity.issuer, identity.subject);
    if (known || token.email === undefined) return known;
    const { email, name = email } = token;
    try {
      const member = await this.#members.findByEmail(tenantId, email);
      if (!member) return await this.#invites.accept(tenantId, { email, name, identity });
      return await this.#members.bindIdentity(tenantId, member.id, identity);
    } catch (refused) {
      if (!(refused instanceof TenancyError)) throw refused;
      // The address is of somebody who signs in with another identity, or the same person did this at the same time.
      return this.#members.findByIdentity(tenantId, identity.issuer, identity.subject);
    }
  }

  #remember(key: string, entry: Entry): void {
    this.#entries.delete(key);
    if (this.#entries.size >= maxEntries) {
      const oldest = this.#entries.keys().next().value;
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    this.#entries.set(key, entry);
  }
}
