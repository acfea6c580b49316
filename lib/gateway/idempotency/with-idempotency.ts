import type { KeyHolder } from '../../storage/reply-store.ts';
import { ApiError } from '../errors/api-error.ts';
import { toErrorReply } from '../errors/to-reply.ts';
import type { Exchange } from '../exchange.ts';
import type { GatewayReply } from '../http.ts';
import { replyHeaders } from '../reply-headers.ts';
import type { Route, RouteCall } from '../route.ts';
import type { GatewayServices } from '../services.ts';
import { admit } from '../steps/admit.ts';
import { HeldKey, newClaim } from './held-key.ts';
import { checkIdempotencyKey, fingerprintOf, scopeOf } from './idempotency-key.ts';
import { keepAnswer } from './keep-answer.ts';

/**
 * Handles a request that carries an idempotency key: of all requests with the key one runs, and the others get its
 * answer.
 *
 * @throws ApiError 400 where the key is none, 409 where it stands for another request, for one that still runs, or for
 *   an answer that was too large to keep, 503 where keys cannot be looked up.
 */
export async function withIdempotency(
  idempotencyKey: string,
  route: Route,
  call: RouteCall,
  services: GatewayServices,
): Promise<GatewayReply> {
  checkIdempotencyKey(idempotencyKey);
  const { exchange, principal } = call;
  const key = { tenantId: principal.tenantId, scope: scopeOf(idempotencyKey, principal) };
  const claim = newClaim(
    exchange.requestId,
    fingerprintOf(exchange.request, principal),
    exchange.startedAtMs,
  );
  const holder = await services.idempotency.claim(key, claim).catch(refuse);
  if (holder) {
    // What does its own admission has not come to it yet; a replay counts as a request, too.
    if (route.costs) await admit(call, undefined, services);
    return await replay(holder, claim.fingerprint, exchange);
  }
  const held = new HeldKey(services.idempotency, key, claim);
  return await keepAnswer(await handle(route, call), exchange, held);
}

async function handle(route: Route, call: RouteCall): Promise<GatewayReply> {
  try {
    return await route.handle(call);
  } catch (error) {
    return toErrorReply(error, call.exchange);
  }
}

async function replay(holder: KeyHolder, fingerprint: string, exchange: Exchange): Promise<GatewayReply> {
  if (holder.fingerprint !== fingerprint) {
    throw new ApiError(
      409,
      'The idempotency key was used with another request, or by another API key. Use a new key for a new request.',
      { param: 'Idempotency-Key', code: 'idempotency_key_conflict', shouldRetry: false },
    );
  }
  if (holder.state === 'running') {
    throw new ApiError(409, 'A request with this idempotency key is in progress. Try again for its answer.', {
      param: 'Idempotency-Key',
      code: 'idempotency_request_in_progress',
      retryAfterMs: 2_000,
    });
  }
  if (holder.state === 'lost') {
    throw new ApiError(
      409,
      'The request with this idempotency key was carried out. Its answer was not kept: it was too large, or a secret that is shown once.',
      { param: 'Idempotency-Key', code: 'idempotency_answer_not_kept', shouldRetry: false },
    );
  }
  const answer = await holder.answer().catch(refuse);
  const headers = { ...replyHeaders(exchange), ...answer.headers };
  headers['x-openclaw-idempotent-replay'] = 'true';
  headers['x-openclaw-original-request-id'] = holder.owner;
  headers['x-openclaw-cost-microusd'] = '0';
  // It would be the same again.
  if (answer.status >= 400) headers['x-should-retry'] = 'false';
  return { status: answer.status, headers, body: answer.body };
}

function refuse(cause: unknown): never {
  throw new ApiError(
    503,
    'The idempotency key could not be looked up, so nothing was carried out. Try again.',
    {
      code: 'idempotency_unavailable',
      retryAfterMs: 1_000,
      cause,
    },
  );
}
