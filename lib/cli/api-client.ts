import { join } from 'node:path';
import { CommandError } from './command-error.ts';
import { readEnvironmentFile } from './environment-file.ts';

/** Where a command finds the API, as given on the command line. */
export interface ApiOptions {
  /** The API's base URL, with `/v1`. @default - OPENAI_BASE_URL, then the local platform's */
  readonly url?: string;
  /** A key that administers. @default - OPENCLAW_ADMIN_KEY, then the local platform's */
  readonly key?: string;
  /** The tenant to act in. @default - the key's */
  readonly tenant?: string;
}

/** Where else it is looked for. */
export interface ApiSources {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The local platform's folder. */
  readonly data?: string;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

interface ErrorAnswer {
  readonly error?: { readonly message?: string; readonly code?: string | null };
}

interface ListAnswer<Item> {
  readonly data: readonly Item[];
  readonly has_more: boolean;
  /** Where the next page goes on: what was last looked at, where a filter left it out. */
  readonly last_id?: string | null;
}

const timeoutMs = 60_000;

/** The HTTP API as commands use it: JSON in and out, every refusal a message for the person at the terminal. */
export class ApiClient {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ url, key, tenant }: { url: string; key: string; tenant?: string }) {
    this.#url = url.replace(/\/+$/, '');
    this.#headers = {
      authorization: `Bearer ${key}`,
      ...(tenant === undefined ? {} : { 'openai-organization': tenant }),
    };
  }

  /** @param path - after `/v1`, its parts encoded: see `path` */
  get<Answer>(path: string, query: Query = {}): Promise<Answer> {
    return this.#call('GET', path, { query });
  }

  post<Answer>(path: string, body?: object): Promise<Answer> {
    return this.#call('POST', path, { ...(body && { body }) });
  }

  delete<Answer>(path: string): Promise<Answer> {
    return this.#call('DELETE', path, {});
  }

  /** All of a collection, page by page. */
  async *list<Item extends { readonly id: string }>(path: string, query: Query = {}): AsyncGenerator<Item> {
    let after: string | undefined;
    for (;;) {
      const page: ListAnswer<Item> = await this.get(path, { limit: 100, ...query, after });
      yield* page.data;
      after = page.last_id ?? page.data.at(-1)?.id;
      if (!page.has_more || after === undefined) return;
    }
  }

  async #call<Answer>(
    method: string,
    path: string,
    { query = {}, body }: { readonly query?: Query; readonly body?: object },
  ): Promise<Answer> {
    const url = new URL(`${this.#url}${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        method,
        headers: { ...this.#headers, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
        // A key goes to the address that was named, and to no other.
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      text = await response.text();
    } catch (cause) {
      throw new CommandError(`${this.#url} does not answer: ${reason(cause)}`, { cause });
    }
    const answer = parse(text);
    if (response.ok && answer !== undefined) return answer as Answer;
    const { message, code } = (answer as ErrorAnswer | undefined)?.error ?? {};
    throw new CommandError(
      message === undefined
        ? `${method} ${url} answers ${response.status} and nothing that this command understands`
        : `${message} (${response.status}${code ? `, ${code}` : ''})`,
    );
  }
}

/** A path of the API with values in it, encoded: `` path`/organization/projects/${id}` ``. */
export function path(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw({ raw: parts }, ...values.map((value) => encodeURIComponent(value)));
}

/**
 * The API that the command line, the environment or the platform on this machine names.
 *
 * @throws CommandError where none of them names a URL and a key
 */
export async function connect(options: ApiOptions, sources: ApiSources = {}): Promise<ApiClient> {
  const { environment = process.env, data = '.openclaw' } = sources;
  const named = {
    url: options.url ?? (environment.OPENAI_BASE_URL || undefined),
    key: options.key ?? (environment.OPENCLAW_ADMIN_KEY || undefined),
  };
  const local = named.url && named.key ? {} : await readEnvironmentFile(join(data, 'env'));
  const url = named.url ?? local.OPENAI_BASE_URL;
  if (url === undefined || !URL.canParse(url)) {
    throw new CommandError(
      'name the API with --url or OPENAI_BASE_URL, for example https://…/v1, or start one here with `openclaw dev`',
    );
  }
  // The local platform's key is for the local platform: it is not sent to an address from elsewhere.
  const key = named.key ?? (url === local.OPENAI_BASE_URL ? local.OPENCLAW_ADMIN_KEY : undefined);
  if (key === undefined) {
    throw new CommandError(
      `give a key that administers ${url}, with OPENCLAW_ADMIN_KEY or --key; a deployment's first one is made with \`openclaw keys create --bootstrap --scope admin\``,
    );
  }
  return new ApiClient({ url, key, ...(options.tenant === undefined ? {} : { tenant: options.tenant }) });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** fetch hides the reason in the cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
