import { hash } from 'node:crypto';
import { AdminGuard } from './admin-guard.ts';
import { changeDocument, type Documents, succeeds } from './change-document.ts';
import { type Identity, type Member, normalizeEmail } from './member.ts';
import { newId } from './new-id.ts';
import { type Page, type PageQuery, type PageSource, readAll, readPage } from './read-page.ts';
import { notFound, TenancyError } from './tenancy-error.ts';

/** What leads from an address or an identity to its member. */
interface MemberPointer {
  readonly userId: string;
}

export interface NewMember extends Pick<Member, 'email' | 'name' | 'role' | 'projects'> {
  readonly identity?: Identity;
}

export interface MemberChange {
  /** True where a member asks for it: then the tenant keeps its last administrator. With a key that administers it may go. */
  readonly byMember: boolean;
}

/**
 * The people of tenants. A person is one document, which alone says what it may; two small ones beside it lead there from
 * its address and its identity. They are written one after the other, and every order of crashes leaves what a
 * repetition completes.
 */
export class Members {
  readonly #documents: Documents;
  readonly #guard: AdminGuard;
  readonly #now: () => number;

  constructor(documents: Documents, now: () => number = Date.now) {
    this.#documents = documents;
    this.#guard = new AdminGuard(documents, now);
    this.#now = now;
  }

  /** @throws TenancyError `already_exists` where the address is a member's */
  async add(tenantId: string, { email, ...described }: NewMember): Promise<Member> {
    const address = normalizeEmail(email);
    const claim = { userId: newId('user') };
    const sort = emailSort(address);
    const isFirst = await succeeds(this.#documents.create(tenantId, 'directory', sort, claim));
    // An address without its member is of a process that died in between, or of one that is at it right now.
    const pointer = isFirst ? claim : await this.#pointer(tenantId, sort);
    const member: Member = {
      ...described,
      id: (pointer ?? claim).userId,
      email: address,
      addedAtMs: this.#now(),
    };
    if (!(await succeeds(this.#documents.create(tenantId, 'directory', memberSort(member.id), member)))) {
      throw new TenancyError('already_exists', `'${address}' is a member already.`, 'email');
    }
    if (member.identity) await this.#pointIdentity(tenantId, member.identity, member.id);
    return member;
  }

  async find(tenantId: string, userId: string): Promise<Member | undefined> {
    const found = await this.#documents.get<Member>(tenantId, 'directory', memberSort(userId));
    return found && present(found.value);
  }

  /** @throws TenancyError `not_found` */
  async get(tenantId: string, userId: string): Promise<Member> {
    const member = await this.find(tenantId, userId);
    if (!member) throw notFound('user', userId);
    return member;
  }

  async findByEmail(tenantId: string, email: string): Promise<Member | undefined> {
    const pointer = await this.#pointer(tenantId, emailSort(normalizeEmail(email)));
    return pointer && this.find(tenantId, pointer.userId);
  }

  /** The member that has signed in with this identity before. */
  async findByIdentity(tenantId: string, issuer: string, subject: string): Promise<Member | undefined> {
    const pointer = await this.#pointer(tenantId, identitySort({ issuer, subject }));
    const member = pointer && (await this.find(tenantId, pointer.userId));
    return member && isSame(member.identity, { issuer, subject }) ? member : undefined;
  }

  /**
   * Ties a member to the identity with which it signs in, for good.
   *
   * @throws TenancyError `not_found`; `conflict` where the member has another identity, or another member has this one
   */
  async bindIdentity(tenantId: string, userId: string, identity: Identity): Promise<Member> {
    const holder = await this.findByIdentity(tenantId, identity.issuer, identity.subject);
    if (holder && holder.id !== userId) {
      throw new TenancyError('conflict', 'Another member signs in with this identity.');
    }
    const member = await this.#apply(tenantId, userId, (before) => {
      if (isSame(before.identity, identity)) return before;
      if (before.identity) {
        throw new TenancyError('conflict', 'The member signs in with another identity already.');
      }
      return { ...before, identity };
    });
    await this.#pointIdentity(tenantId, identity, userId);
    return member;
  }

  page(
    tenantId: string,
    query: PageQuery,
    keep: (member: Member) => boolean = () => true,
  ): Promise<Page<Member>> {
    return readPage<Member, Member>(this.#documents, source(tenantId), query, ({ value }) =>
      present(value) && keep(value) ? value : undefined,
    );
  }

  /**
   * Changes what a member is called, may, or works in.
   *
   * @throws TenancyError `not_found`; `conflict` where a member would end the last administrator
   */
  async change(
    tenantId: string,
    userId: string,
    change: (member: Member) => Member,
    { byMember }: MemberChange,
  ): Promise<Member> {
    const before = await this.get(tenantId, userId);
    const isLeaving = isAdmin(before) && !isAdmin(change(before));
    return this.#guarded(tenantId, userId, isLeaving && byMember, () =>
      this.#apply(tenantId, userId, change),
    );
  }

  /**
   * Removes a member; a repetition continues what was interrupted.
   *
   * @param stop - ends what acts for the member, once it is nobody any more and before it is forgotten
   * @throws TenancyError `not_found`; `conflict` where a member would end the last administrator
   */
  async remove(
    tenantId: string,
    userId: string,
    stop: (member: Member) => Promise<void>,
    { byMember }: MemberChange,
  ): Promise<void> {
    const found = await this.#documents.get<Member>(tenantId, 'directory', memberSort(userId));
    if (!found) throw notFound('user', userId);
    const { email, identity } = found.value;
    if (present(found.value)) {
      await this.#guarded(tenantId, userId, isAdmin(found.value) && byMember, () =>
        this.#apply(tenantId, userId, (member) => ({ ...member, removingAtMs: this.#now() })),
      );
    }
    await stop(found.value);
    // The member goes last: as long as it is there, a repetition finds what else is to go.
    if (identity) await this.#removePointer(tenantId, identitySort(identity), userId);
    await this.#removePointer(tenantId, emailSort(email), userId);
    await this.#documents.remove(tenantId, 'directory', memberSort(userId));
  }

  #guarded(
    tenantId: string,
    userId: string,
    isGuarded: boolean,
    apply: () => Promise<Member>,
  ): Promise<Member> {
    if (!isGuarded) return apply();
    return this.#guard.whileLeaving(tenantId, userId, () => this.#admins(tenantId), apply);
  }

  async #apply(tenantId: string, userId: string, change: (member: Member) => Member): Promise<Member> {
    const sort = memberSort(userId);
    const changed = await changeDocument<Member>(this.#documents, tenantId, 'directory', sort, (member) => {
      if (!present(member)) throw notFound('user', userId);
      return change(member);
    });
    if (!changed) throw notFound('user', userId);
    return changed;
  }

  async #admins(tenantId: string): Promise<readonly string[]> {
    const ids: string[] = [];
    for await (const { value } of readAll<Member>(this.#documents, source(tenantId))) {
      if (present(value) && isAdmin(value)) ids.push(value.id);
    }
    return ids;
  }

  async #pointer(tenantId: string, sort: string): Promise<MemberPointer | undefined> {
    return (await this.#documents.get<MemberPointer>(tenantId, 'directory', sort))?.value;
  }

  async #pointIdentity(tenantId: string, identity: Identity, userId: string): Promise<void> {
    const sort = identitySort(identity);
    if (await succeeds(this.#documents.create(tenantId, 'directory', sort, { userId }))) return;
    await changeDocument<MemberPointer>(this.#documents, tenantId, 'directory', sort, (pointer) =>
      pointer.userId === userId ? pointer : { userId },
    );
  }

  async #removePointer(tenantId: string, sort: string, userId: string): Promise<void> {
    // Of another member by now, where the address was taken anew.
    if ((await this.#pointer(tenantId, sort))?.userId !== userId) return;
    await this.#documents.remove(tenantId, 'directory', sort);
  }
}

function isAdmin({ role }: Member): boolean {
  return role === 'tenant-admin' || role === 'platform-admin';
}

function present(member: Member): Member | undefined {
  return member.removingAtMs === undefined ? member : undefined;
}

function source(tenantId: string): PageSource {
  return { tenantId, collection: 'directory', prefix: 'member#' };
}

function memberSort(userId: string): string {
  return `member#${userId}`;
}

function emailSort(email: string): string {
  return `email#${email}`;
}

/** Hashed: an issuer and a subject can be longer than a key, and contain what separates its parts. */
function identitySort({ issuer, subject }: Identity): string {
  return `identity#${hash('sha256', JSON.stringify([issuer, subject]))}`;
}

function isSame(one: Identity | undefined, other: Identity): boolean {
  return one?.issuer === other.issuer && one.subject === other.subject;
}
