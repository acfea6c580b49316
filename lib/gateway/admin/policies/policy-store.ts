import { maxPolicies, maxTotalBytes, type PolicySetting } from '../../../policy/access/index.ts';
import { changeDocument, type Documents, succeeds } from '../../../tenancy/change-document.ts';
import { settingSort } from '../../../tenancy/index.ts';
import { type Page, type PageQuery, readAll, readPage } from '../../../tenancy/read-page.ts';
import { notFound, TenancyError } from '../../../tenancy/tenancy-error.ts';

const source = { collection: 'settings', prefix: settingSort('policy', '') } as const;

/** The policies that tenants have written, and the platform's, which are those of the tenant `platform`. */
export class PolicyStore {
  readonly #documents: Documents;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  page(tenantId: string, query: PageQuery): Promise<Page<PolicySetting>> {
    return readPage<PolicySetting, PolicySetting>(
      this.#documents,
      { ...source, tenantId },
      query,
      ({ value }) => value,
    );
  }

  /** @throws TenancyError `not_found` */
  async get(tenantId: string, id: string): Promise<PolicySetting> {
    const found = await this.#documents.get<PolicySetting>(tenantId, 'settings', settingSort('policy', id));
    if (!found) throw notFound('policy', id);
    return found.value;
  }

  /** @throws TenancyError `already_exists`; `conflict` where there is no room for it */
  async create(tenantId: string, policy: PolicySetting): Promise<PolicySetting> {
    await this.#requireRoom(tenantId, policy);
    const sort = settingSort('policy', policy.id);
    if (!(await succeeds(this.#documents.create(tenantId, 'settings', sort, policy)))) {
      throw new TenancyError('already_exists', `There is a policy '${policy.id}' already.`, 'id');
    }
    try {
      // Others may have found the same room at the same time; then none of them takes it.
      await this.#requireRoom(tenantId, policy);
    } catch (noRoom) {
      await this.#documents.remove(tenantId, 'settings', sort);
      throw noRoom;
    }
    return policy;
  }

  /**
   * @param change - makes the policy as it is to be
   * @throws TenancyError `not_found`, `conflict`
   */
  async change(
    tenantId: string,
    id: string,
    change: (policy: PolicySetting) => PolicySetting,
  ): Promise<PolicySetting> {
    await this.#requireRoom(tenantId, change(await this.get(tenantId, id)));
    const sort = settingSort('policy', id);
    const changed = await changeDocument<PolicySetting>(this.#documents, tenantId, 'settings', sort, change);
    if (!changed) throw notFound('policy', id);
    return changed;
  }

  /** @throws TenancyError `not_found` */
  async remove(tenantId: string, id: string): Promise<void> {
    await this.get(tenantId, id);
    await this.#documents.remove(tenantId, 'settings', settingSort('policy', id));
  }

  async #requireRoom(tenantId: string, wanted: PolicySetting): Promise<void> {
    let count = 1;
    let bytes = Buffer.byteLength(wanted.policy);
    for await (const { value } of readAll<PolicySetting>(this.#documents, { ...source, tenantId })) {
      if (value.id === wanted.id) continue;
      count += 1;
      bytes += Buffer.byteLength(value.policy);
    }
    if (count > maxPolicies) {
      throw new TenancyError(
        'conflict',
        `A tenant has at most ${maxPolicies} policies. Remove one, or write one that covers several cases.`,
      );
    }
    if (bytes > maxTotalBytes) {
      throw new TenancyError(
        'conflict',
        `The policies of a tenant have at most ${maxTotalBytes} bytes together; with this one it would be ${bytes}.`,
      );
    }
  }
}
