import { type Execution, type Job, principalOf } from '../jobs/index.ts';
import type { JsonObject } from '../plugin/index.ts';
import { ApiError } from './errors/api-error.ts';
import { toApiError, toErrorReply } from './errors/to-reply.ts';
import type { GatewayReply, GatewayRequest } from './http.ts';
import { openExchange } from './open-exchange.ts';
import { RouteTable } from './route-table.ts';
import { coreRoutes } from './routes.ts';
import type { GatewayServices } from './services.ts';
import { authorise } from './steps/authorise.ts';
import { checkTenant } from './steps/check-tenant.ts';

/** What the worker adds to what the gateway works with. */
export interface JobServices extends GatewayServices {
  /** Tells whether an API key still is one: it may have been revoked while its request waited. */
  readonly keyIsValid: (keyId: string) => Promise<boolean>;
}

/** A job's request has no address of its own. */
const noAddress = '0.0.0.0';

/**
 * Makes the function that runs a job's request through the same pipeline as any other, as whoever asked for it: with the
 * tenant's present settings, limits and budgets, and without those guardrails that a reviewer has overruled.
 */
export function createJobRunner(services: JobServices) {
  const routes = new RouteTable(coreRoutes(services));
  /** Never throws: every failure is an execution too. */
  return async (job: Job, body: Uint8Array, signal: AbortSignal): Promise<Execution> => {
    const text = Buffer.from(body).toString();
    const work: Promise<unknown>[] = [];
    const exchange = openExchange(requestOf(job, text), {
      sourceIp: noAddress,
      signal,
      waitUntil: (promise) => work.push(promise),
    });
    let reply: GatewayReply;
    let retryAfterMs: number | undefined;
    try {
      const found = routes.find(exchange.request);
      if (found?.route.costs !== 'model') throw new Error(`no job is made of ${job.path}`);
      const principal = principalOf(job);
      exchange.principal = principal;
      if (principal.kind === 'api-key' && !(await services.keyIsValid(principal.keyId))) {
        throw new ApiError(401, 'The API key that made the request is not valid any more.', {
          code: 'invalid_api_key',
        });
      }
      const { tenantId, projectId } = principal;
      const [settings, project] = await Promise.all([
        services.settings.settings(tenantId),
        projectId === '' ? undefined : services.settings.project(tenantId, projectId),
      ]);
      checkTenant(principal, settings.tenant, project);
      authorise(principal, 'model:invoke');
      reply = await found.route.handle({
        exchange,
        principal,
        settings,
        ...(project && { project }),
        parameters: found.parameters,
        query: {},
        body: JSON.parse(text) as JsonObject,
        ...(job.moderation && {
          approval: { guardrails: job.moderation.findings.map(({ guardrailId }) => guardrailId) },
        }),
      });
    } catch (thrown) {
      const error = toApiError(thrown);
      if (error.shouldRetry) retryAfterMs = error.retryAfterMs ?? 0;
      reply = toErrorReply(thrown, exchange);
    }
    const bytes = await readBody(reply);
    // The worker may be frozen or gone as soon as the job is done with.
    await Promise.all(work);
    return {
      requestId: exchange.requestId,
      status: reply.status,
      contentType: reply.headers['content-type'] ?? 'application/json',
      body: bytes,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
  };
}

function requestOf({ path }: Job, body: string): GatewayRequest {
  return { method: 'POST', path, query: '', header: () => undefined, body };
}

async function readBody({ body }: GatewayReply): Promise<Uint8Array> {
  if (typeof body === 'string') return Buffer.from(body);
  if (typeof body !== 'function') return body;
  const chunks: Uint8Array[] = [];
  await body((chunk) => {
    chunks.push(chunk);
    return undefined;
  });
  return Buffer.concat(chunks);
}
