import type { LimitRule } from '../../../policy/index.ts';
import { changeDocument, type Documents, succeeds } from '../../../tenancy/change-document.ts';
import { settingSort } from '../../../tenancy/index.ts';
import { type Page, type PageQuery, readAll, readPage } from '../../../tenancy/read-page.ts';
import { notFound, TenancyError } from '../../../tenancy/tenancy-error.ts';

/** Every request of a tenant looks at all of its limits, and loads them about once a minute. */
export const mostLimits = 200;

const source = { collection: 'settings', prefix: settingSort('limit', '') } as const;

/** The limits that tenants have set. */
export class LimitRules {
  readonly #documents: Documents;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  page(tenantId: string, query: PageQuery): Promise<Page<LimitRule>> {
    return readPage<LimitRule, LimitRule>(
      this.#documents,
      { ...source, tenantId },
      query,
      ({ value }) => value,
    );
  }

  /** @throws TenancyError `not_found` */
  async get(tenantId: string, id: string): Promise<LimitRule> {
    const rule = await this.find(tenantId, id);
    if (!rule) throw notFound('limit', id);
    return rule;
  }

  async find(tenantId: string, id: string): Promise<LimitRule | undefined> {
    return (await this.#documents.get<LimitRule>(tenantId, 'settings', settingSort('limit', id)))?.value;
  }

  /** @throws TenancyError `conflict` where there are as many as there can be, `already_exists` */
  async create(tenantId: string, rule: LimitRule): Promise<LimitRule> {
    let count = 0;
    for await (const _ of readAll(this.#documents, { ...source, tenantId })) count += 1;
    if (count >= mostLimits) {
      throw new TenancyError(
        'conflict',
        `A tenant has at most ${mostLimits} limits. Remove one that is not needed.`,
      );
    }
    if (await succeeds(this.#documents.create(tenantId, 'settings', settingSort('limit', rule.id), rule)))
      return rule;
    throw new TenancyError('already_exists', `There is a limit '${rule.id}' already.`);
  }

  /**
   * @param change - makes the rule as it is to be; its version is counted here
   * @throws TenancyError `not_found`, `conflict`; what `change` throws
   */
  async change(tenantId: string, id: string, change: (rule: LimitRule) => LimitRule): Promise<LimitRule> {
    const changed = await changeDocument<LimitRule>(
      this.#documents,
      tenantId,
      'settings',
      settingSort('limit', id),
      (rule) => ({ ...change(rule), version: rule.version + 1 }),
    );
    if (!changed) throw notFound('limit', id);
    return changed;
  }

  /** @throws TenancyError `not_found` */
  async remove(tenantId: string, id: string): Promise<void> {
    await this.get(tenantId, id);
    await this.#documents.remove(tenantId, 'settings', settingSort('limit', id));
  }
}
