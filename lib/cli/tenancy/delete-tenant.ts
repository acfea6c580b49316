import { type ApiOptions, connect, path } from '../api-client.ts';
import { CommandError } from '../command-error.ts';
import { ask, isInteractive } from '../deploy/terminal.ts';
import { print } from './print.ts';

export interface DeleteTenantOptions extends ApiOptions {
  /** Removes the data, too. */
  readonly purge?: boolean;
  /** Does not ask. */
  readonly yes?: boolean;
}

/**
 * `openclaw tenants delete`.
 *
 * @throws CommandError where nobody approves
 */
export async function deleteTenant(id: string, { purge, yes, ...api }: DeleteTenantOptions): Promise<void> {
  const client = await connect(api);
  await client.get(path`/openclaw/tenants/${id}`);
  if (!yes) await approve(id, purge === true);
  if (!purge) {
    await client.delete(path`/openclaw/tenants/${id}`);
    print(
      `Tenant ${id} is deleted: its keys stop, everywhere within a minute. Its data stays.`,
      `  openclaw tenants resume ${id}           brings it back`,
      `  openclaw tenants delete ${id} --purge   removes its data, from 20 minutes from now`,
    );
    return;
  }
  let removed = 0;
  for (;;) {
    const page = await client.post<{ status: string; removed: number }>(path`/openclaw/tenants/${id}/purge`);
    removed += page.removed;
    if (page.status === 'deleted') break;
  }
  print(`Tenant ${id} is purged: ${removed} items are removed. Its id is never given again.`);
}

async function approve(id: string, purge: boolean): Promise<void> {
  if (!isInteractive()) throw new CommandError('nobody can be asked here: approve with --yes');
  const what = purge ? 'removes all its data, and nothing brings it back' : 'stops all its keys';
  if ((await ask(`This ${what}. Type the tenant's id to go on: `)) !== id) {
    throw new CommandError('not approved, nothing was changed');
  }
}
