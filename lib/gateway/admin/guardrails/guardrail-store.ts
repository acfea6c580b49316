import type { GuardrailSetting } from '../../../policy/index.ts';
import { changeDocument, type Documents, succeeds } from '../../../tenancy/change-document.ts';
import { settingSort } from '../../../tenancy/index.ts';
import { type Page, type PageQuery, readAll, readPage } from '../../../tenancy/read-page.ts';
import { notFound, TenancyError } from '../../../tenancy/tenancy-error.ts';

const source = { collection: 'settings', prefix: settingSort('guardrail', '') } as const;

/** Settings are read whole for requests, so what a tenant writes into them is bounded. */
const maxGuardrails = 20;
const maxTotalBytes = 200_000;

/** The guardrails that tenants have set. */
export class GuardrailStore {
  readonly #documents: Documents;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  page(tenantId: string, query: PageQuery): Promise<Page<GuardrailSetting>> {
    return readPage<GuardrailSetting, GuardrailSetting>(
      this.#documents,
      { ...source, tenantId },
      query,
      ({ value }) => value,
    );
  }

  /** @throws TenancyError `not_found` */
  async get(tenantId: string, id: string): Promise<GuardrailSetting> {
    const sort = settingSort('guardrail', id);
    const found = await this.#documents.get<GuardrailSetting>(tenantId, 'settings', sort);
    if (!found) throw notFound('guardrail', id);
    return found.value;
  }

  /** @throws TenancyError `already_exists`; `conflict` where there is no room for it */
  async create(tenantId: string, setting: GuardrailSetting): Promise<GuardrailSetting> {
    await this.#requireRoom(tenantId, setting);
    const sort = settingSort('guardrail', setting.id);
    if (!(await succeeds(this.#documents.create(tenantId, 'settings', sort, setting)))) {
      throw new TenancyError('already_exists', `There is a guardrail '${setting.id}' already.`, 'id');
    }
    try {
      // Others may have found the same room at the same time; then none of them takes it.
      await this.#requireRoom(tenantId, setting);
    } catch (noRoom) {
      await this.#documents.remove(tenantId, 'settings', sort);
      throw noRoom;
    }
    return setting;
  }

  /**
   * @param change - makes the setting as it is to be
   * @throws TenancyError `not_found`, `conflict`
   */
  async change(
    tenantId: string,
    id: string,
    change: (setting: GuardrailSetting) => GuardrailSetting,
  ): Promise<GuardrailSetting> {
    await this.#requireRoom(tenantId, change(await this.get(tenantId, id)));
    const sort = settingSort('guardrail', id);
    const changed = await changeDocument<GuardrailSetting>(
      this.#documents,
      tenantId,
      'settings',
      sort,
      change,
    );
    if (!changed) throw notFound('guardrail', id);
    return changed;
  }

  /** @throws TenancyError `not_found` */
  async remove(tenantId: string, id: string): Promise<void> {
    await this.get(tenantId, id);
    await this.#documents.remove(tenantId, 'settings', settingSort('guardrail', id));
  }

  async #requireRoom(tenantId: string, wanted: GuardrailSetting): Promise<void> {
    let count = 1;
    let bytes = Buffer.byteLength(JSON.stringify(wanted));
    for await (const { value } of readAll<GuardrailSetting>(this.#documents, { ...source, tenantId })) {
      if (value.id === wanted.id) continue;
      count += 1;
      bytes += Buffer.byteLength(JSON.stringify(value));
    }
    if (count > maxGuardrails) {
      throw new TenancyError(
        'conflict',
        `A tenant has at most ${maxGuardrails} guardrails. Remove one, or put several rules into one.`,
      );
    }
    if (bytes > maxTotalBytes) {
      throw new TenancyError(
        'conflict',
        `The guardrails of a tenant have at most ${maxTotalBytes} bytes together; with this one it would be ${bytes}.`,
      );
    }
  }
}
