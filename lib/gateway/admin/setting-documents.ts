import { changeDocument, type Documents, succeeds } from '../../tenancy/change-document.ts';
import { type SettingKind, settingSort } from '../../tenancy/index.ts';
import { type Page, type PageQuery, readAll, readPage } from '../../tenancy/read-page.ts';
import { notFound, TenancyError } from '../../tenancy/tenancy-error.ts';

export interface SettingDocumentsOptions {
  readonly documents: Documents;
  readonly kind: SettingKind;
  /** What one of them is called in a message. */
  readonly name: string;
  /** Every request of a tenant loads all of its settings about once a minute. */
  readonly most: number;
}

/** What a tenant has set of one kind. */
export class SettingDocuments<Setting extends { readonly id: string }> {
  readonly #options: SettingDocumentsOptions;

  constructor(options: SettingDocumentsOptions) {
    this.#options = options;
  }

  page(tenantId: string, query: PageQuery): Promise<Page<Setting>> {
    const { documents } = this.#options;
    return readPage<Setting, Setting>(documents, this.#source(tenantId), query, ({ value }) => value);
  }

  async find(tenantId: string, id: string): Promise<Setting | undefined> {
    const { documents, kind } = this.#options;
    return (await documents.get<Setting>(tenantId, 'settings', settingSort(kind, id)))?.value;
  }

  /** @throws TenancyError `not_found` */
  async get(tenantId: string, id: string): Promise<Setting> {
    const found = await this.find(tenantId, id);
    if (!found) throw notFound(this.#options.name, id);
    return found;
  }

  /** @throws TenancyError `conflict` where there are as many as there can be, `already_exists` */
  async create(tenantId: string, setting: Setting): Promise<Setting> {
    const { documents, kind, name, most } = this.#options;
    let count = 0;
    for await (const _ of readAll(documents, this.#source(tenantId))) count += 1;
    if (count >= most) {
      throw new TenancyError(
        'conflict',
        `A tenant has at most ${most} of these. Remove a ${name} that is not needed.`,
      );
    }
    const created = documents.create(tenantId, 'settings', settingSort(kind, setting.id), setting);
    if (await succeeds(created)) return setting;
    throw new TenancyError('already_exists', `There is a ${name} '${setting.id}' already.`);
  }

  /**
   * @param change - makes the setting as it is to be
   * @throws TenancyError `not_found`, `conflict`; what `change` throws
   */
  async change(tenantId: string, id: string, change: (setting: Setting) => Setting): Promise<Setting> {
    const { documents, kind, name } = this.#options;
    const sort = settingSort(kind, id);
    const changed = await changeDocument<Setting>(documents, tenantId, 'settings', sort, change);
    if (!changed) throw notFound(name, id);
    return changed;
  }

  /** @throws TenancyError `not_found` */
  async remove(tenantId: string, id: string): Promise<Setting> {
    const removed = await this.get(tenantId, id);
    const { documents, kind } = this.#options;
    await documents.remove(tenantId, 'settings', settingSort(kind, id));
    return removed;
  }

  #source(tenantId: string) {
    return { tenantId, collection: 'settings', prefix: settingSort(this.#options.kind, '') } as const;
  }
}
