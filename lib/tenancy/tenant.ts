/** A tenant's id: part of every key in storage, where `#` ends it. */
export const tenantIdForm = /^[a-z][a-z0-9-]{1,38}[a-z0-9]$/;

/** The reserved tenant that holds what belongs to no tenant: the directory of tenants, refused keys. */
export const platformTenantId = 'platform';

/** True for the id of any tenant that there may be: before there were records, ids could be shorter and longer. */
export function canBeTenantId(id: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(id) && id !== platformTenantId;
}

/** One customer of a deployment. */
export interface Tenant {
  readonly id: string;
  readonly name: string;
  /** `suspended` refuses every call but the platform administrator's; `deleted` refuses all, for good. */
  readonly status: 'active' | 'suspended' | 'deleting' | 'deleted';
  /** `pool` shares keys and queues with other tenants; `silo` has its own, made at deployment. */
  readonly tier: 'pool' | 'silo';
  /** The regions in which a model may process the tenant's data. Absent: any. */
  readonly residency?: { readonly regions: readonly string[] };
  /** What happens to a request when the ledger of limits and budgets cannot be reached: refused, or let through. */
  readonly whenLedgerFails: 'closed' | 'open';
  readonly createdAtMs: number;
  readonly deletedAtMs?: number;
  /** When its data began to be removed: from then on nothing brings it back. */
  readonly purgeStartedAtMs?: number;
}

/** What a tenant is that nobody has described: the one of a deployment from before there were tenants. */
export function implicitTenant(id: string): Tenant {
  return { id, name: id, status: 'active', tier: 'pool', whenLedgerFails: 'closed', createdAtMs: 0 };
}

/** A part of a tenant with keys, limits and budgets of its own. */
export interface Project {
  readonly id: string;
  readonly name: string;
  readonly status: 'active' | 'archived';
  readonly createdAtMs: number;
  readonly archivedAtMs?: number;
  /** Exact response cache. Absent: none. */
  readonly responseCache?: { readonly ttlSeconds: number };
  /** The class of the project's data, for policies: for example `public`, `internal`, `personal`. */
  readonly dataClass?: string;
}

export function implicitProject(id: string): Project {
  return { id, name: id, status: 'active', createdAtMs: 0 };
}
