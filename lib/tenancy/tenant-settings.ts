import type { DocumentStore } from '../storage/document-store.ts';
import { implicitProject, implicitTenant, type Project, type Tenant } from './tenant.ts';

/** The kinds of a tenant's settings, each owned by the domain that reads it. */
export type SettingKind =
  | 'limit'
  | 'budget'
  | 'usage-cap'
  | 'policy'
  | 'guardrail'
  | 'moderation'
  | 'webhook';

/** All that a tenant has set, as of one moment. Read whole, because every request needs most of it. */
export class TenantSettings {
  readonly tenant: Tenant;
  readonly #documents: ReadonlyMap<string, readonly unknown[]>;

  constructor(tenant: Tenant, documents: ReadonlyMap<string, readonly unknown[]> = new Map()) {
    this.tenant = tenant;
    this.#documents = documents;
  }

  /** The settings of one kind, in the order of their ids. */
  list<Setting>(kind: SettingKind): readonly Setting[] {
    return (this.#documents.get(kind) ?? []) as readonly Setting[];
  }
}

export interface SettingsCacheOptions {
  readonly store: Pick<DocumentStore, 'get' | 'list'>;
  /** How long settings are remembered, in milliseconds; a change works everywhere after at most this long. */
  readonly cacheMs: number;
  readonly now?: () => number;
}

interface Entry<Value> {
  readonly value: Promise<Value>;
  readonly expiresAtMs: number;
}

const maxEntries = 2_000;

/** Remembers tenants' settings and projects, so that a request waits for them only once in a while. */
export class SettingsCache {
  readonly #options: SettingsCacheOptions;
  readonly #now: () => number;
  readonly #settings = new Map<string, Entry<TenantSettings>>();
  readonly #projects = new Map<string, Entry<Project>>();

  constructor(options: SettingsCacheOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** @throws what the store throws */
  settings(tenantId: string): Promise<TenantSettings> {
    return this.#remember(this.#settings, tenantId, () => readSettings(this.#options.store, tenantId));
  }

  /** @throws what the store throws */
  project(tenantId: string, projectId: string): Promise<Project> {
    return this.#remember(this.#projects, `${tenantId}#${projectId}`, async () => {
      const found = await this.#options.store.get<Project>(tenantId, 'directory', `project#${projectId}`);
      return found?.value ?? implicitProject(projectId);
    });
  }

  /** Forgets a tenant, after a change: the next request reads anew. */
  forget(tenantId: string): void {
    this.#settings.delete(tenantId);
    for (const key of this.#projects.keys()) {
      if (key.startsWith(`${tenantId}#`)) this.#projects.delete(key);
    }
  }

  #remember<Value>(
    entries: Map<string, Entry<Value>>,
    key: string,
    read: () => Promise<Value>,
  ): Promise<Value> {
    const known = entries.get(key);
    if (known && known.expiresAtMs > this.#now()) return known.value;
    const entry = { value: read(), expiresAtMs: this.#now() + this.#options.cacheMs };
    entries.delete(key);
    if (entries.size >= maxEntries) {
      const oldest = entries.keys().next().value;
      if (oldest !== undefined) entries.delete(oldest);
    }
    entries.set(key, entry);
    entry.value.catch(() => {
      if (entries.get(key) === entry) entries.delete(key);
    });
    return entry.value;
  }
}

/** The sort key of the tenant's own record among its settings. */
export const tenantDocument = 'tenant';

/** The sort key of a setting. */
export function settingSort(kind: SettingKind, id: string): string {
  return `${kind}#${id}`;
}

async function readSettings(store: Pick<DocumentStore, 'list'>, tenantId: string): Promise<TenantSettings> {
  const kinds = new Map<string, unknown[]>();
  let tenant = implicitTenant(tenantId);
  let after: string | undefined;
  do {
    const page = await store.list<unknown>(tenantId, 'settings', {
      ...(after === undefined ? {} : { after }),
    });
    for (const { sort, value } of page.documents) {
      if (sort === tenantDocument) tenant = value as Tenant;
      const kind = sort.slice(0, Math.max(0, sort.indexOf('#')));
      kinds.set(kind, [...(kinds.get(kind) ?? []), value]);
    }
    after = page.next;
  } while (after !== undefined);
  return new TenantSettings(tenant, kinds);
}
