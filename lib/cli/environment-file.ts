import { readFile, rename, writeFile } from 'node:fs/promises';

/** What a shell needs to call the local API. */
export interface ApiEnvironment {
  readonly OPENAI_BASE_URL: string;
  readonly OPENAI_API_KEY: string;
  readonly OPENCLAW_ADMIN_KEY: string;
}

/** Reads a file of `export NAME=value` lines; empty where there is none. */
export async function readEnvironmentFile(path: string): Promise<Partial<ApiEnvironment>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return Object.fromEntries(
    [...text.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
}

/** Writes the file, readable by its owner alone, so that it is only ever seen whole. */
export async function writeEnvironmentFile(path: string, environment: ApiEnvironment): Promise<void> {
  const lines = Object.entries(environment).map(([name, value]) => `export ${name}=${value}\n`);
  await writeFile(`${path}.new`, lines.join(''), { mode: 0o600 });
  await rename(`${path}.new`, path);
}
