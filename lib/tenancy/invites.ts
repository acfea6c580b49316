import { changeDocument, type Documents } from './change-document.ts';
import { type Identity, type Member, normalizeEmail } from './member.ts';
import type { Members } from './members.ts';
import { newId } from './new-id.ts';
import { type Page, type PageQuery, type PageSource, readAll, readPage } from './read-page.ts';
import { notFound, TenancyError } from './tenancy-error.ts';

/** A person who may join a tenant by signing in with an address. */
export interface Invite extends Pick<Member, 'email' | 'role' | 'projects'> {
  readonly id: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly acceptedAtMs?: number;
}

/** Who signed in with an address that its service has checked. */
export interface Joiner {
  readonly email: string;
  readonly name: string;
  readonly identity: Identity;
}

const lifetimeMs = 7 * 24 * 60 * 60 * 1_000;

/** Invitations: how a person comes into a tenant before it has ever signed in. */
export class Invites {
  readonly #documents: Documents;
  readonly #members: Members;
  readonly #now: () => number;

  constructor(documents: Documents, members: Members, now: () => number = Date.now) {
    this.#documents = documents;
    this.#members = members;
    this.#now = now;
  }

  /** @throws TenancyError `already_exists` where the address is a member's or invited already */
  async create(tenantId: string, wanted: Pick<Invite, 'email' | 'role' | 'projects'>): Promise<Invite> {
    const email = normalizeEmail(wanted.email);
    if (await this.#members.findByEmail(tenantId, email)) {
      throw new TenancyError('already_exists', `'${email}' is a member already.`, 'email');
    }
    if (await this.findPending(tenantId, email)) {
      throw new TenancyError('already_exists', `'${email}' is invited already.`, 'email');
    }
    const createdAtMs = this.#now();
    const invite = {
      ...wanted,
      id: newId('invite'),
      email,
      createdAtMs,
      expiresAtMs: createdAtMs + lifetimeMs,
    };
    await this.#documents.create(tenantId, 'directory', inviteSort(invite.id), invite);
    return invite;
  }

  /** @throws TenancyError `not_found` */
  async get(tenantId: string, inviteId: string): Promise<Invite> {
    const found = await this.#documents.get<Invite>(tenantId, 'directory', inviteSort(inviteId));
    if (!found) throw notFound('invite', inviteId);
    return found.value;
  }

  page(tenantId: string, query: PageQuery): Promise<Page<Invite>> {
    return readPage<Invite, Invite>(this.#documents, source(tenantId), query, ({ value }) => value);
  }

  /** @throws TenancyError `not_found`, `conflict` where it was accepted: then there is a member to remove */
  async remove(tenantId: string, inviteId: string): Promise<void> {
    if ((await this.get(tenantId, inviteId)).acceptedAtMs !== undefined) {
      throw new TenancyError('conflict', 'The invite was accepted. Remove the user instead.');
    }
    await this.#documents.remove(tenantId, 'directory', inviteSort(inviteId));
  }

  /** Forgets all invites of an address, so that who was removed does not come back by an old one. */
  async removeAllOf(tenantId: string, email: string): Promise<void> {
    for await (const invite of this.#of(tenantId, email)) {
      await this.#documents.remove(tenantId, 'directory', inviteSort(invite.id));
    }
  }

  async findPending(tenantId: string, email: string): Promise<Invite | undefined> {
    for await (const invite of this.#of(tenantId, email)) {
      if (invite.acceptedAtMs === undefined && invite.expiresAtMs > this.#now()) return invite;
    }
    return undefined;
  }

  /**
   * Makes a member of who was invited; undefined where nobody invited this address.
   *
   * @throws TenancyError `already_exists` where the address became a member's meanwhile
   */
  async accept(tenantId: string, { email, name, identity }: Joiner): Promise<Member | undefined> {
    const invite = await this.findPending(tenantId, email);
    if (!invite) return undefined;
    const { role, projects } = invite;
    const member = await this.#members.add(tenantId, { email, name, role, projects, identity });
    await changeDocument<Invite>(this.#documents, tenantId, 'directory', inviteSort(invite.id), (before) => ({
      ...before,
      acceptedAtMs: this.#now(),
    }));
    return member;
  }

  /** Reads all invites: few, and only when one is made or somebody signs in for the first time. */
  async *#of(tenantId: string, email: string): AsyncGenerator<Invite> {
    const address = normalizeEmail(email);
    for await (const { value } of readAll<Invite>(this.#documents, source(tenantId))) {
      if (value.email === address) yield value;
    }
  }
}

/** What to call an invite's state. */
export function inviteStatus(
  { acceptedAtMs, expiresAtMs }: Invite,
  nowMs: number,
): 'accepted' | 'expired' | 'pending' {
  if (acceptedAtMs !== undefined) return 'accepted';
  return expiresAtMs <= nowMs ? 'expired' : 'pending';
}

function source(tenantId: string): PageSource {
  return { tenantId, collection: 'directory', prefix: 'invite#' };
}

function inviteSort(inviteId: string): string {
  return `invite#${inviteId}`;
}
