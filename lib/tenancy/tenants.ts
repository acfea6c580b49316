import { changeDocument, type Documents, succeeds } from './change-document.ts';
import { Projects } from './projects.ts';
import { type Page, type PageQuery, readPage } from './read-page.ts';
import { notFound, TenancyError } from './tenancy-error.ts';
import { canBeTenantId, implicitTenant, platformTenantId, type Tenant, tenantIdForm } from './tenant.ts';
import { tenantDocument } from './tenant-settings.ts';

/** What a tenant is described by. */
export type TenantDescription = Pick<Tenant, 'name' | 'tier' | 'residency' | 'whenLedgerFails'>;

/** What of it can be changed afterwards; null removes what is optional. */
export interface TenantChange extends Partial<Pick<Tenant, 'name' | 'whenLedgerFails'>> {
  readonly status?: 'active' | 'suspended';
  readonly residency?: Tenant['residency'] | null;
}

/**
 * The tenants of a deployment. Each has its record among its own settings, which alone decides, and a copy in the
 * platform's directory, which lists it. An id is taken by the copy and works by the record; who dies between the two
 * leaves what a repetition of the same request completes.
 */
export class Tenants {
  readonly #documents: Documents;
  readonly #now: () => number;

  constructor(documents: Documents, now: () => number = Date.now) {
    this.#documents = documents;
    this.#now = now;
  }

  /**
   * Makes a tenant, with the project `default`. The same request again gives the same tenant.
   *
   * @throws TenancyError `invalid` for an id that cannot be one; `already_exists` where it is or was another tenant's
   */
  async create(id: string, description: TenantDescription): Promise<Tenant> {
    if (!tenantIdForm.test(id) || id === platformTenantId) {
      throw new TenancyError(
        'invalid',
        'A tenant id has 3 to 40 lower-case letters, digits and hyphens, starts with a letter, does not end in a hyphen, and is not "platform".',
        'id',
      );
    }
    const wanted: Tenant = { ...description, id, status: 'active', createdAtMs: this.#now() };
    const isFirst = await succeeds(this.#documents.create(platformTenantId, 'tenants', id, wanted));
    const listed = isFirst ? wanted : (await this.#listed(id))?.value;
    if (!listed || !isSameDescription(listed, wanted)) throw taken(id);
    await succeeds(this.#documents.create(id, 'settings', tenantDocument, listed));
    // One that was described by a change of its own has a record already, which is not this one.
    const tenant = await this.get(id);
    if (!isSameDescription(tenant, wanted)) {
      await this.#list(id);
      throw taken(id);
    }
    await new Projects(this.#documents, this.#now).ensureDefault(id);
    return tenant;
  }

  /** Makes the record of a tenant that is in use, where there is none. */
  async ensure(id: string): Promise<void> {
    await this.#ensureRecord(id);
    if (!(await this.#listed(id))) await this.#list(id);
    await new Projects(this.#documents, this.#now).ensureDefault(id);
  }

  /** @throws TenancyError `not_found` */
  async get(id: string): Promise<Tenant> {
    const tenant = canBeTenantId(id) ? await this.#recorded(id) : undefined;
    if (!tenant) throw notFound('tenant', id);
    return tenant;
  }

  page(query: PageQuery): Promise<Page<Tenant>> {
    const source = { tenantId: platformTenantId, collection: 'tenants' } as const;
    return readPage<Tenant, Tenant>(this.#documents, source, query, ({ value }) =>
      value.status === 'deleted' ? undefined : value,
    );
  }

  /**
   * Changes a tenant. One that nobody has described yet, of a deployment from before there were records, gets its record
   * by this.
   *
   * @throws TenancyError `not_found` for an id that cannot be one; `conflict` where the tenant is purged already
   */
  async update(id: string, { residency, ...change }: TenantChange): Promise<Tenant> {
    return this.#change(id, (tenant) => {
      if (tenant.purgeStartedAtMs !== undefined || tenant.status === 'deleted') {
        throw new TenancyError('conflict', `The tenant '${id}' is deleted, and its data with it.`);
      }
      const { residency: _before, deletedAtMs, ...rest } = tenant;
      const regions = residency === undefined ? tenant.residency : residency;
      const changed = { ...rest, ...change, ...(regions ? { residency: regions } : {}) };
      return deletedAtMs !== undefined && changed.status === 'deleting'
        ? { ...changed, deletedAtMs }
        : changed;
    });
  }

  /**
   * Stops a tenant for good. Its data stays until it is purged; until then an update to `active` brings it back.
   *
   * @throws TenancyError `not_found` for an id that cannot be one
   */
  delete(id: string): Promise<Tenant> {
    return this.#change(id, (tenant) =>
      tenant.status === 'deleting' || tenant.status === 'deleted'
        ? tenant
        : { ...tenant, status: 'deleting', deletedAtMs: this.#now() },
    );
  }

  /**
   * Notes that the purge of a tenant has begun, after which nothing brings it back.
   *
   * @throws TenancyError `not_found`; `conflict` where the tenant is not deleted, or requests may still be under way
   */
  async beginPurge(id: string, quietMs: number): Promise<Tenant> {
    await this.get(id);
    return this.#change(id, (tenant) => {
      if (tenant.status === 'deleted' || tenant.purgeStartedAtMs !== undefined) return tenant;
      if (tenant.status !== 'deleting') {
        throw new TenancyError('conflict', `The tenant '${id}' is not deleted. Delete it first.`);
      }
      const quietAtMs = (tenant.deletedAtMs ?? 0) + quietMs;
      if (quietAtMs > this.#now()) {
        throw new TenancyError(
          'conflict',
          `Requests of the tenant '${id}' may still be under way. Purge it after ${new Date(quietAtMs).toISOString()}.`,
        );
      }
      return { ...tenant, purgeStartedAtMs: this.#now() };
    });
  }

  /** Leaves of a purged tenant only that there was one: its id is never given again. */
  endPurge(id: string): Promise<Tenant> {
    return this.#change(id, ({ createdAtMs, deletedAtMs = this.#now(), purgeStartedAtMs }) => ({
      ...implicitTenant(id),
      status: 'deleted',
      createdAtMs,
      deletedAtMs,
      ...(purgeStartedAtMs === undefined ? {} : { purgeStartedAtMs }),
    }));
  }

  async #change(id: string, change: (tenant: Tenant) => Tenant): Promise<Tenant> {
    if (!canBeTenantId(id)) throw notFound('tenant', id);
    await this.#ensureRecord(id);
    const changed = await changeDocument<Tenant>(this.#documents, id, 'settings', tenantDocument, change);
    if (!changed) throw notFound('tenant', id);
    await this.#list(id);
    return changed;
  }

  /** The first change of a tenant that nobody has described creates its record. */
  async #ensureRecord(id: string): Promise<void> {
    if (await this.#recorded(id)) return;
    const listed = (await this.#listed(id))?.value;
    const tenant = listed ?? { ...implicitTenant(id), createdAtMs: this.#now() };
    await succeeds(this.#documents.create(id, 'settings', tenantDocument, tenant));
  }

  /**
   * Copies the record into the directory, as it is by then. The directory's version is read first: whoever copied a newer
   * record meanwhile has changed it, and is not overwritten.
   */
  async #list(id: string): Promise<void> {
    for (;;) {
      const listed = await this.#listed(id);
      const tenant = await this.get(id);
      const write = listed
        ? this.#documents.replace(platformTenantId, 'tenants', id, tenant, listed.version)
        : this.#documents.create(platformTenantId, 'tenants', id, tenant);
      if (await succeeds(write)) return;
    }
  }

  async #recorded(id: string): Promise<Tenant | undefined> {
    return (await this.#documents.get<Tenant>(id, 'settings', tenantDocument))?.value;
  }

  #listed(id: string) {
    return this.#documents.get<Tenant>(platformTenantId, 'tenants', id);
  }
}

function taken(id: string): TenancyError {
  return new TenancyError('already_exists', `The tenant id '${id}' is taken.`, 'id');
}

function isSameDescription(one: Tenant, other: Tenant): boolean {
  const describe = ({ name, tier, residency, whenLedgerFails, status }: Tenant) =>
    JSON.stringify([name, tier, residency?.regions ?? null, whenLedgerFails, status]);
  return describe(one) === describe(other);
}
