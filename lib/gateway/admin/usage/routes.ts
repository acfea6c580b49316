import { UsageReader } from '../../../policy/usage/usage-reader.ts';
import type { UsageRow } from '../../../policy/usage/usage-row.ts';
import { RequestReader } from '../../../storage/request-reader.ts';
import { UsageStore } from '../../../storage/usage-store.ts';
import { ApiError } from '../../errors/api-error.ts';
import { jsonReply } from '../../http.ts';
import { replyHeaders } from '../../reply-headers.ts';
import type { Route, RouteCall } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { type BucketWidth, cutBuckets } from './buckets.ts';
import { type Grouping, type UsageKind, usageKinds } from './kinds.ts';
import { readPage } from './read-page.ts';
import { requestRoutes } from './request-routes.ts';
import { costResult, groupRows, lineItem, usageResult } from './results.ts';
import { costsPage, costsQuery, usagePage, usageQuery } from './schemas.ts';

/** Buckets in a page: by default, and at most. As in OpenAI's API. */
const pageSizes: Readonly<Record<BucketWidth, { readonly usual: number; readonly most: number }>> = {
  '1d': { usual: 7, most: 31 },
  '1h': { usual: 24, most: 168 },
  '1m': { usual: 60, most: 1_440 },
};

/** What a tenant used, what that cost, and the records of it all. */
export function usageRoutes(services: AdminServices): readonly Route[] {
  const records = new RequestReader(services.requestsTable, services.clientFor);
  const counted = new UsageStore(services.requestsTable, services.clientFor);
  const reader = new UsageReader({ records, counted });
  return [
    ...usageKinds.map((kind) => usageRoute(kind, reader)),
    costsRoute(reader),
    ...requestRoutes(records),
  ];
}

function usageRoute(kind: UsageKind, reader: UsageReader): Route {
  return {
    method: 'GET',
    path: `/v1/organization/usage/${kind.path}`,
    operationId: `list${kind.path.replaceAll(/(?:^|_)(\w)/g, (_, first: string) => first.toUpperCase())}Usage`,
    summary: `Usage in buckets of time: ${kind.path.replaceAll('_', ' ')}`,
    access: 'usage:read',
    query: usageQuery(kind),
    response: { status: 200, description: 'A page of buckets.', schema: usagePage },
    handle: async (call) => {
      const width = (call.query.bucket_width ?? '1d') as BucketWidth;
      const { usual, most } = pageSizes[width];
      const groupings = listOf(call, 'group_by') as readonly Grouping[];
      const wants = filterOf(call);
      const page = await readPage({
        reader,
        tenantId: call.principal.tenantId,
        width,
        buckets: cutBuckets({ width, limit: limitOf(call, usual, most), ...rangeOf(call) }, Date.now()),
        wants: (row) => row.operation === kind.operation && wants(row),
        describe: (rows) => groupRows(rows, groupings).map((group) => usageResult(kind, group)),
      });
      return jsonReply(200, page, replyHeaders(call.exchange));
    },
  };
}

function costsRoute(reader: UsageReader): Route {
  return {
    method: 'GET',
    path: '/v1/organization/costs',
    operationId: 'listCosts',
    summary: 'Costs in buckets of a day',
    access: 'usage:read',
    query: costsQuery,
    response: { status: 200, description: 'A page of buckets.', schema: costsPage },
    handle: async (call) => {
      const groupings = listOf(call, 'group_by') as readonly Grouping[];
      const page = await readPage({
        reader,
        tenantId: call.principal.tenantId,
        width: '1d',
        buckets: cutBuckets({ width: '1d', limit: limitOf(call, 7, 180), ...rangeOf(call) }, Date.now()),
        wants: filterOf(call),
        describe: (rows) => groupRows(rows, groupings).map(costResult),
      });
      return jsonReply(200, page, replyHeaders(call.exchange));
    },
  };
}

function rangeOf({ query: { start_time: start, end_time: end, page } }: RouteCall) {
  return {
    startMs: Number(start) * 1_000,
    ...(end === undefined ? {} : { endMs: Number(end) * 1_000 }),
    ...(page === undefined ? {} : { page: String(page) }),
  };
}

function limitOf({ query }: RouteCall, usual: number, most: number): number {
  const limit = Number(query.limit ?? usual);
  if (limit <= most) return limit;
  throw new ApiError(400, `Invalid value for 'limit': at most ${most} buckets of this width.`, {
    param: 'limit',
    code: 'invalid_value',
  });
}

/** A parameter that may be given once, several times or not at all. */
function listOf({ query }: RouteCall, name: string): readonly string[] {
  const value = query[name];
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

/** What a row has to be for each filter; one that no row here can be matches none. */
const factOf: Readonly<Record<string, (row: UsageRow) => string | null>> = {
  project_ids: ({ projectId }) => projectId,
  user_ids: ({ userId }) => userId,
  api_key_ids: ({ keyId }) => keyId,
  models: ({ alias }) => alias,
  line_items: lineItem,
  batch: () => 'false',
};

function filterOf(call: RouteCall): (row: UsageRow) => boolean {
  const filters = Object.entries(factOf)
    .map(([name, value]) => ({ value, wanted: new Set<string | null>(listOf(call, name)) }))
    .filter(({ wanted }) => wanted.size > 0);
  return (row) => filters.every(({ value, wanted }) => wanted.has(value(row)));
}
