import { type ApiOptions, connect, path } from '../api-client.ts';
import { print, printJson, printTable, showTime } from './print.ts';

interface KeyAnswer {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly expires_at: number | null;
  readonly last_used_at: number | null;
}

interface CreatedAnswer extends KeyAnswer {
  readonly value: string;
}

export interface CreateKeyOverApiOptions extends ApiOptions {
  readonly project: string;
  readonly name: string;
  readonly scope?: readonly string[];
  readonly model?: readonly string[];
  readonly from?: readonly string[];
  readonly owner?: string;
  /** In seconds. */
  readonly expiresIn?: number;
}

/** `openclaw keys create` where there is a key that administers. */
export async function createKeyOverApi(options: CreateKeyOverApiOptions): Promise<void> {
  const { project, name, scope, model, from, owner, expiresIn, ...api } = options;
  const client = await connect(api);
  const common = {
    name,
    ...(from ? { source_ranges: from } : {}),
    ...(expiresIn === undefined ? {} : { expires_in_seconds: expiresIn }),
  };
  const created = scope?.includes('admin')
    ? await client.post<CreatedAnswer>('/organization/admin_api_keys', common)
    : await client.post<CreatedAnswer>(path`/openclaw/projects/${project}/api_keys`, {
        ...common,
        ...(scope ? { scopes: scope } : {}),
        ...(model ? { allowed_models: model } : {}),
        ...(owner === undefined ? {} : { owner_id: owner }),
      });
  reveal(created, 'It is shown this once and stored nowhere:');
}

export interface KeySelection extends ApiOptions {
  readonly project: string;
  readonly admin?: boolean;
}

/** `openclaw keys list`. */
export async function listKeys({
  project,
  admin,
  json,
  ...api
}: KeySelection & { readonly json?: boolean }): Promise<void> {
  const client = await connect(api);
  const keys = await Array.fromAsync(client.list<KeyAnswer>(collection(project, admin)));
  if (json) printJson(keys);
  else {
    printTable(
      ['ID', 'ROLE', 'EXPIRES', 'LAST USED', 'NAME'],
      keys.map(({ id, role, expires_at, last_used_at, name }) => [
        id,
        role,
        showTime(expires_at),
        showTime(last_used_at),
        name,
      ]),
    );
  }
}

/** `openclaw keys rotate`. */
export async function rotateKey(
  id: string,
  { overlap, expiresIn, ...api }: ApiOptions & { readonly overlap?: number; readonly expiresIn?: number },
): Promise<void> {
  const client = await connect(api);
  const rotated = await client.post<CreatedAnswer & { readonly replaces: Pick<KeyAnswer, 'expires_at'> }>(
    path`/openclaw/api_keys/${id}/rotate`,
    {
      ...(overlap === undefined ? {} : { overlap_seconds: overlap }),
      ...(expiresIn === undefined ? {} : { expires_in_seconds: expiresIn }),
    },
  );
  reveal(
    rotated,
    `Key ${id} works until ${showTime(rotated.replaces.expires_at)}. The new one is shown this once:`,
  );
}

/** `openclaw keys revoke`. */
export async function revokeKey(id: string, { project, admin, ...api }: KeySelection): Promise<void> {
  const client = await connect(api);
  await client.delete(collection(project, admin) + path`/${id}`);
  print(`Key ${id} is revoked, everywhere within a minute.`);
}

function collection(project: string, admin: boolean | undefined): string {
  return admin ? '/organization/admin_api_keys' : path`/organization/projects/${project}/api_keys`;
}

/** What it is goes to the person, the key to whatever reads the output. */
function reveal({ id, name, value }: CreatedAnswer, message: string): void {
  process.stderr.write(`Key ${id}, "${name}". ${message}\n`);
  print(value);
}
