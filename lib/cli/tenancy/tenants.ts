import { type ApiOptions, connect, path } from '../api-client.ts';
import { print, printJson, printTable, showTime } from './print.ts';

export interface TenantAnswer {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly tier: string;
  readonly residency: { readonly regions: readonly string[] } | null;
  readonly created_at: number;
}

export interface CreateTenantOptions extends ApiOptions {
  readonly name?: string;
  readonly region?: readonly string[];
  readonly whenLedgerFails: 'closed' | 'open';
}

/** `openclaw tenants create`. */
export async function createTenant(
  id: string,
  { name, region, whenLedgerFails, ...api }: CreateTenantOptions,
): Promise<void> {
  const client = await connect(api);
  const tenant = await client.post<TenantAnswer>('/openclaw/tenants', {
    id,
    when_ledger_fails: whenLedgerFails,
    ...(name === undefined ? {} : { name }),
    ...(region ? { residency: { regions: region } } : {}),
  });
  print(
    `Tenant ${tenant.id} is ${tenant.status}. Make a key for it: openclaw keys create --tenant ${tenant.id}`,
  );
}

/** `openclaw tenants list`. */
export async function listTenants({ json, ...api }: ApiOptions & { readonly json?: boolean }): Promise<void> {
  const client = await connect(api);
  const tenants = await Array.fromAsync(client.list<TenantAnswer>('/openclaw/tenants'));
  if (json) printJson(tenants);
  else {
    printTable(
      ['ID', 'STATUS', 'TIER', 'REGIONS', 'CREATED', 'NAME'],
      tenants.map(({ id, status, tier, residency, created_at, name }) => [
        id,
        status,
        tier,
        residency?.regions.join(',') ?? 'any',
        showTime(created_at),
        name,
      ]),
    );
  }
}

/** `openclaw tenants show`. */
export async function showTenant(id: string, api: ApiOptions): Promise<void> {
  printJson(await (await connect(api)).get(path`/openclaw/tenants/${id}`));
}

/** `openclaw tenants suspend` and `resume`. */
export async function setTenantStatus(
  id: string,
  status: 'active' | 'suspended',
  api: ApiOptions,
): Promise<void> {
  const client = await connect(api);
  // Who resumes a tenant has suspended it, so it has a record. A mistyped id would get one by the change.
  if (status === 'active') await client.get(path`/openclaw/tenants/${id}`);
  const tenant = await client.post<TenantAnswer>(path`/openclaw/tenants/${id}`, { status });
  print(`Tenant ${tenant.id} is ${tenant.status}, everywhere within a minute.`);
}
