import { changeDocument, type Documents } from './change-document.ts';
import { newId } from './new-id.ts';
import { type Page, type PageQuery, type PageSource, readPage } from './read-page.ts';
import { notFound } from './tenancy-error.ts';

/** A program in a project, for which keys act as they do for a person. */
export interface ServiceAccount {
  readonly id: string;
  readonly name: string;
  /** `none` may have no keys. */
  readonly role: 'member' | 'none';
  readonly createdAtMs: number;
  /** Set while it is being removed: gone, though its keys may not all be revoked yet. */
  readonly removingAtMs?: number;
}

/** The service accounts of projects. */
export class ServiceAccounts {
  readonly #documents: Documents;
  readonly #now: () => number;

  constructor(documents: Documents, now: () => number = Date.now) {
    this.#documents = documents;
    this.#now = now;
  }

  async create(
    tenantId: string,
    projectId: string,
    described: Pick<ServiceAccount, 'name' | 'role'>,
  ): Promise<ServiceAccount> {
    const account: ServiceAccount = { ...described, id: newId('svc_acct'), createdAtMs: this.#now() };
    await this.#documents.create(tenantId, 'directory', accountSort(projectId, account.id), account);
    return account;
  }

  async find(tenantId: string, projectId: string, id: string): Promise<ServiceAccount | undefined> {
    const found = await this.#documents.get<ServiceAccount>(
      tenantId,
      'directory',
      accountSort(projectId, id),
    );
    return found?.value.removingAtMs === undefined ? found?.value : undefined;
  }

  /** @throws TenancyError `not_found` */
  async get(tenantId: string, projectId: string, id: string): Promise<ServiceAccount> {
    const account = await this.find(tenantId, projectId, id);
    if (!account) throw notFound('service account', id);
    return account;
  }

  page(tenantId: string, projectId: string, query: PageQuery): Promise<Page<ServiceAccount>> {
    const source: PageSource = { tenantId, collection: 'directory', prefix: accountSort(projectId, '') };
    return readPage<ServiceAccount, ServiceAccount>(this.#documents, source, query, ({ value }) =>
      value.removingAtMs === undefined ? value : undefined,
    );
  }

  /** @throws TenancyError `not_found` */
  async update(
    tenantId: string,
    projectId: string,
    id: string,
    change: Partial<Pick<ServiceAccount, 'name' | 'role'>>,
  ): Promise<ServiceAccount> {
    return this.#change(tenantId, projectId, id, (account) => {
      if (account.removingAtMs !== undefined) throw notFound('service account', id);
      return { ...account, ...change };
    });
  }

  /**
   * Removes an account; a repetition continues what was interrupted.
   *
   * @param stop - revokes its keys, once it is gone and before it is forgotten
   * @throws TenancyError `not_found`
   */
  async remove(tenantId: string, projectId: string, id: string, stop: () => Promise<void>): Promise<void> {
    await this.#change(tenantId, projectId, id, (account) =>
      account.removingAtMs === undefined ? { ...account, removingAtMs: this.#now() } : account,
    );
    await stop();
    await this.#documents.remove(tenantId, 'directory', accountSort(projectId, id));
  }

  async #change(
    tenantId: string,
    projectId: string,
    id: string,
    change: (account: ServiceAccount) => ServiceAccount,
  ): Promise<ServiceAccount> {
    const sort = accountSort(projectId, id);
    const changed = await changeDocument(this.#documents, tenantId, 'directory', sort, change);
    if (!changed) throw notFound('service account', id);
    return changed;
  }
}

function accountSort(projectId: string, id: string): string {
  return `service-account#${projectId}#${id}`;
}
