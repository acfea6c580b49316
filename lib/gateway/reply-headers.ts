import type { Exchange } from './exchange.ts';

/**
 * The headers of every reply. Those about a call appear once there is one; a stream's cost is not known when its
 * headers leave and is in the request's record instead.
 */
export function replyHeaders(exchange: Exchange): Record<string, string> {
  const elapsedMs = performance.now() - exchange.startedAt;
  const { served, rates } = exchange;
  const headers: Record<string, string> = {
    'x-request-id': exchange.echoedRequestId,
    'x-openclaw-request-id': exchange.requestId,
    'openai-processing-ms': String(Math.round(elapsedMs)),
    'x-openclaw-overhead-ms': (elapsedMs - Math.min(elapsedMs, served.upstreamMs ?? 0)).toFixed(1),
    'x-openclaw-cache': exchange.cache ?? 'none',
  };
  if (served.model !== undefined) headers['x-openclaw-model'] = served.model;
  if (served.provider !== undefined) headers['x-openclaw-provider'] = served.provider;
  if (served.attempts !== undefined) headers['x-openclaw-attempts'] = String(served.attempts);
  if (served.costMicroUsd !== undefined) {
    headers['x-openclaw-cost-microusd'] =
      served.costMicroUsd === null ? 'unknown' : String(served.costMicroUsd);
  }
  if (rates) {
    const standing = rates.standing();
    for (const counted of ['requests', 'tokens'] as const) {
      const meter = standing[counted];
      if (!meter) continue;
      headers[`x-ratelimit-limit-${counted}`] = String(meter.limit);
      headers[`x-ratelimit-remaining-${counted}`] = String(meter.remaining);
      headers[`x-ratelimit-reset-${counted}`] = formatDuration(meter.resetMs);
    }
  }
  return headers;
}

/** A duration as OpenAI writes it: `850ms`, `12.5s`. */
function formatDuration(ms: number): string {
  return ms < 1_000 ? `${Math.ceil(ms)}ms` : `${Number((ms / 1_000).toFixed(3))}s`;
}
