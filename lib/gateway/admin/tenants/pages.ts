import type { Page, PageQuery } from '../../../tenancy/read-page.ts';
import type { RouteCall } from '../../route.ts';

const defaultLimit = 20;

/** The page that a query, which is valid by now, asks for. */
export function wantedPage({ query }: Pick<RouteCall, 'query'>): PageQuery {
  const { limit = defaultLimit, after, order } = query;
  return {
    limit: Number(limit),
    ...(after === undefined ? {} : { after: String(after) }),
    descending: order === 'desc',
  };
}

/** A page as OpenAI's clients read it. */
export async function listReply<Item>(
  page: Page<Item>,
  describe: (item: Item) => { readonly id: string } | Promise<{ readonly id: string }>,
): Promise<object> {
  const data = await Promise.all(page.items.map(describe));
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: page.hasMore,
  };
}

/** Our times are milliseconds, OpenAI's seconds. */
export function seconds(ms: number): number {
  return Math.floor(ms / 1_000);
}

export function secondsOrNull(ms: number | undefined): number | null {
  return ms === undefined ? null : seconds(ms);
}
