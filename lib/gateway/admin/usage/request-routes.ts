import type { RequestReader } from '../../../storage/request-reader.ts';
import { ApiError } from '../../errors/api-error.ts';
import { jsonReply } from '../../http.ts';
import { replyHeaders } from '../../reply-headers.ts';
import type { Route, RouteCall } from '../../route.ts';
import { keptMs } from './buckets.ts';
import { describeRequest } from './describe-request.ts';
import { listRequests } from './list-requests.ts';
import { isRequestId, requestList, requestRecord, requestsQuery } from './schemas.ts';

const base = '/v1/openclaw/requests';
/** How far back a list goes that does not say. Each day is sixteen queries, even one without a request. */
const usualMs = 30 * 86_400_000;

/** The records of requests: what was asked of whom, who answered, what it used and cost. */
export function requestRoutes(records: Pick<RequestReader, 'find' | 'newestFirst'>): readonly Route[] {
  return [
    {
      method: 'GET',
      path: base,
      operationId: 'listRequests',
      summary: 'List the records of requests, the newest first',
      access: 'usage:read',
      inPlatform: true,
      query: requestsQuery,
      response: {
        status: 200,
        description:
          'Records. While `has_more` is true, `last_id` is the `after` of the next page, even of an empty page.',
        schema: requestList,
      },
      handle: async (call) => {
        const { requests, lastId, hasMore } = await listRequests(
          records,
          call.principal.tenantId,
          wanted(call),
        );
        const data = requests.map(describeRequest);
        const list = {
          object: 'list',
          data,
          first_id: data[0]?.id ?? null,
          last_id: lastId ?? data.at(-1)?.id ?? null,
          has_more: hasMore,
        };
        return jsonReply(200, list, replyHeaders(call.exchange));
      },
    },
    {
      method: 'GET',
      path: `${base}/{request_id}`,
      operationId: 'retrieveRequest',
      summary: 'Retrieve the record of one request',
      access: 'usage:read',
      inPlatform: true,
      response: { status: 200, description: 'The record.', schema: requestRecord },
      errors: [404],
      handle: async ({ exchange, principal, parameters }) => {
        const id = parameters.request_id ?? '';
        const found = isRequestId(id) ? await records.find(principal.tenantId, id) : [];
        if (found.length === 0) throw notFound(id);
        return jsonReply(200, describeRequest({ id, records: found }), replyHeaders(exchange));
      },
    },
  ];
}

function wanted({ query }: RouteCall) {
  const { limit = 20, after, start_time: start, end_time: end } = query;
  const nowMs = Date.now();
  const toMs = end === undefined ? nowMs + 1_000 : Math.min(Number(end) * 1_000, nowMs + 1_000);
  const fromMs = Math.max(start === undefined ? toMs - usualMs : Number(start) * 1_000, nowMs - keptMs);
  return {
    range: { fromMs, toMs },
    limit: Number(limit),
    ...(after === undefined ? {} : { after: String(after) }),
    facts: {
      ...(query.project_id === undefined ? {} : { projectId: query.project_id }),
      ...(query.api_key_id === undefined ? {} : { keyId: query.api_key_id }),
      ...(query.user_id === undefined ? {} : { userId: query.user_id }),
    },
  };
}

function notFound(id: string): ApiError {
  return new ApiError(404, `There is no request '${id}'.`, { param: 'request_id', code: 'not_found' });
}
