import type { ClientFor } from './client-for.ts';
import { queryPage } from './query-page.ts';

/** The reserved tenant under which the list is kept. */
const platform = 'platform';
const partition = `${platform}#working-tenants`;

/** A tenant is noted at most this often by one process. */
const noteEveryMs = 60 * 60_000;
/** Longer than anything that is left open by a tenant that is not heard of any more. */
const keptMs = 45 * 24 * 60 * 60_000;
const maxRemembered = 10_000;

/**
 * The tenants that may have something open: a job, a hold on a budget, a webhook. What sweeps over tenants reads this
 * instead of the whole directory, and finds tenants that nobody ever described too.
 */
export class WorkingTenants {
  readonly #tableName: string;
  readonly #clientFor: ClientFor;
  readonly #now: () => number;
  readonly #notedUntilMs = new Map<string, number>();

  constructor(tableName: string, clientFor: ClientFor, now: () => number = Date.now) {
    this.#tableName = tableName;
    this.#clientFor = clientFor;
    this.#now = now;
  }

  /** Must have succeeded before the tenant opens anything; mostly it is remembered, and nothing is written. */
  async note(tenantId: string): Promise<void> {
    const now = this.#now();
    if ((this.#notedUntilMs.get(tenantId) ?? 0) > now) return;
    await this.#clientFor(platform).putItem({
      TableName: this.#tableName,
      Item: {
        partition: { S: partition },
        sort: { S: tenantId },
        expiresAt: { N: String(Math.ceil((now + keptMs) / 1_000)) },
      },
    });
    if (this.#notedUntilMs.size >= maxRemembered) this.#notedUntilMs.clear();
    this.#notedUntilMs.set(tenantId, now + noteEveryMs);
  }

  /** Tenant ids in their order, page by page. */
  async *list(pageSize = 100): AsyncGenerator<string> {
    let after: string | undefined;
    do {
      const { items, next } = await queryPage(this.#clientFor(platform), {
        tableName: this.#tableName,
        partition,
        after,
        limit: pageSize,
      });
      for (const item of items) if (item.sort?.S) yield item.sort.S;
      after = next;
    } while (after !== undefined);
  }
}
