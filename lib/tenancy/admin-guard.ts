import type { DocumentStore } from '../storage/document-store.ts';
import { changeDocument, succeeds } from './change-document.ts';
import { TenancyError } from './tenancy-error.ts';

/** Administrators on their way out: counted as gone, though they may still be there. */
interface Leaving {
  /** Since when, in epoch milliseconds, by user id. */
  readonly sinceMs: Readonly<Record<string, number>>;
}

const sort = 'leaving-admins';
/** Far longer than leaving takes: what is older is of a process that died. */
const maxLeavingMs = 60_000;

/**
 * Keeps a tenant's last administrator, also when two remove each other at the same moment: each first enters itself in
 * one document, and whoever comes second finds nobody left. A crash leaves the entry, which errs towards keeping.
 */
export class AdminGuard {
  readonly #documents: Pick<DocumentStore, 'get' | 'create' | 'replace'>;

  readonly #now: () => number;

  constructor(documents: Pick<DocumentStore, 'get' | 'create' | 'replace'>, now: () => number) {
    this.#documents = documents;
    this.#now = now;
  }

  /**
   * Has a member leave the administrators.
   *
   * @throws TenancyError `conflict` where nobody else would be left
   */
  async whileLeaving<Result>(
    tenantId: string,
    userId: string,
    readAdmins: () => Promise<readonly string[]>,
    leave: () => Promise<Result>,
  ): Promise<Result> {
    await succeeds(this.#documents.create<Leaving>(tenantId, 'directory', sort, { sinceMs: {} }));
    const leaving = await this.#change(tenantId, (others) => ({ ...others, [userId]: this.#now() }));
    try {
      const admins = await readAdmins();
      if (admins.every((admin) => admin === userId || admin in leaving)) {
        throw new TenancyError(
          'conflict',
          'The tenant needs an administrator: make another member one before this one goes.',
        );
      }
      return await leave();
    } finally {
      await this.#change(tenantId, ({ [userId]: _left, ...others }) => others);
    }
  }

  async #change(
    tenantId: string,
    change: (leaving: Leaving['sinceMs']) => Leaving['sinceMs'],
  ): Promise<Leaving['sinceMs']> {
    const oldestMs = this.#now() - maxLeavingMs;
    const changed = await changeDocument<Leaving>(this.#documents, tenantId, 'directory', sort, (before) => ({
      sinceMs: change(
        Object.fromEntries(Object.entries(before.sinceMs).filter(([, sinceMs]) => sinceMs > oldestMs)),
      ),
    }));
    return changed?.sinceMs ?? {};
  }
}
