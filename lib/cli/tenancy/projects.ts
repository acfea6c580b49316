import { type ApiOptions, connect, path } from '../api-client.ts';
import { print, printJson, printTable, showTime } from './print.ts';

interface ProjectAnswer {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly created_at: number;
}

/** `openclaw projects create`: prints the id alone, for a script. */
export async function createProject(
  name: string,
  { id, ...api }: ApiOptions & { readonly id?: string },
): Promise<void> {
  const client = await connect(api);
  const project =
    id === undefined
      ? await client.post<ProjectAnswer>('/organization/projects', { name })
      : await client.post<ProjectAnswer>('/openclaw/projects', { id, name });
  print(project.id);
}

/** `openclaw projects list`. */
export async function listProjects({
  archived,
  json,
  ...api
}: ApiOptions & { readonly archived?: boolean; readonly json?: boolean }): Promise<void> {
  const client = await connect(api);
  const query = { include_archived: archived === true };
  const projects = await Array.fromAsync(client.list<ProjectAnswer>('/organization/projects', query));
  if (json) printJson(projects);
  else {
    printTable(
      ['ID', 'STATUS', 'CREATED', 'NAME'],
      projects.map(({ id, status, created_at, name }) => [id, status, showTime(created_at), name]),
    );
  }
}

/** `openclaw projects archive`. */
export async function archiveProject(id: string, api: ApiOptions): Promise<void> {
  await (await connect(api)).post(path`/organization/projects/${id}/archive`);
  print(`Project ${id} is archived: its keys stop, everywhere within a minute.`);
}

/** `openclaw projects cache`. */
export async function cacheProject(id: string, ttlSeconds: number | null, api: ApiOptions): Promise<void> {
  const client = await connect(api);
  const cache = ttlSeconds === null ? null : { ttl_seconds: ttlSeconds };
  await client.post(path`/openclaw/projects/${id}`, { response_cache: cache });
  print(
    ttlSeconds === null
      ? `Project ${id} has no response cache.`
      : `Project ${id} answers the same request from what it kept for ${ttlSeconds} s.`,
  );
}
