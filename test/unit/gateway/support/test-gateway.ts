import { createGateway } from '../../../../lib/gateway/app.ts';
import type { GatewayReply } from '../../../../lib/gateway/http.ts';
import type { IdempotencyStore } from '../../../../lib/gateway/idempotency/held-key.ts';
import { ResponseCache } from '../../../../lib/gateway/response-cache/response-cache.ts';
import type { Route } from '../../../../lib/gateway/route.ts';
import type { GatewayServices } from '../../../../lib/gateway/services.ts';
import { Records } from '../../../../lib/gateway/steps/records.ts';
import type { Jobs } from '../../../../lib/jobs/index.ts';
import type { Router } from '../../../../lib/models/index.ts';
import type { StreamEvent, TokenUsage } from '../../../../lib/plugin/index.ts';
import { AccessPolicies } from '../../../../lib/policy/access/index.ts';
import {
  createGuardrail,
  type GuardrailServices,
  Guardrails,
  RateLimits,
} from '../../../../lib/policy/index.ts';
import {
  Authenticator,
  formatApiKey,
  hashApiKey,
  implicitProject,
  implicitTenant,
  newApiKey,
  type Scope,
  TenantSettings,
} from '../../../../lib/tenancy/index.ts';
import { MemoryRateStore } from '../../../support/memory-rate-store.ts';
import { memoryJobs } from '../../jobs/memory-jobs.ts';
import { memoryReplies } from './memory-replies.ts';

export interface StoredRecord {
  readonly tenantId: string;
  readonly phase: string;
  readonly record: Record<string, unknown>;
}

export interface TestGatewayOptions {
  readonly route: Router['route'];
  readonly scopes?: readonly Scope[];
  readonly pingIntervalMs?: number;
  readonly budgets?: GatewayServices['budgets'];
  readonly guardrails?: Guardrails;
  readonly requestsPerMinute?: number;
  /** Makes storing a record fail. */
  readonly storageFails?: (phase: string) => boolean;
  readonly idempotency?: IdempotencyStore;
  readonly jobs?: Jobs;
  readonly adminRoutes?: readonly Route[];
  /** Takes the place of those made here. */
  readonly services?: Partial<GatewayServices>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

/** No service that guardrails could call. */
const noServices: GuardrailServices = {
  moderate: () => Promise.reject(new Error('no moderation')),
  applyGuardrail: () => Promise.reject(new Error('no guardrail')),
};

const pepper = 'pepper';
const unexpected = () => Promise.reject(new Error('not expected'));
export const usage: TokenUsage = {
  inputTokens: 7,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 3,
  reasoningTokens: 0,
  estimated: false,
};

/** The real gateway over a router of the test's choice and a store in memory. */
export function testGateway(options: TestGatewayOptions) {
  const key = newApiKey('test');
  const records: StoredRecord[] = [];
  const work: Promise<unknown>[] = [];
  const rates = new MemoryRateStore();
  const services: GatewayServices = {
    models: {
      chat: { targets: [], strategy: 'priority', operations: ['chat'] },
      'org/embed': { targets: [], strategy: 'priority', operations: ['embeddings'] },
    },
    limits: {
      maxBodyBytes: 100_000,
      maxJsonDepth: 64,
      maxArrayLength: 1_000,
    },
    pingIntervalMs: options.pingIntervalMs ?? 10_000,
    authenticator: new Authenticator({
      store: {
        get: async (keyId) =>
          keyId === key.keyId
            ? {
                keyId,
                hash: hashApiKey(key, pepper).toString('hex'),
                tenantId: 'acme',
                projectId: 'search',
                name: 'test',
                scopes: options.scopes ?? ['model:invoke'],
                createdAtMs: 0,
              }
            : undefined,
      },
      pepper: async () => pepper,
      environment: 'test',
      cacheMs: 60_000,
    }),
    access: { policies: new AccessPolicies(), modelFacts: () => undefined },
    rateLimits: new RateLimits({
      store: rates,
      slots: rates,
      defaults: { requestsPerMinute: options.requestsPerMinute ?? 100, tokensPerMinute: 100_000 },
      now: () => 1_800_000_000_000,
    }),
    settings: {
      settings: async (tenantId) => new TenantSettings(implicitTenant(tenantId)),
      project: async (_tenantId, projectId) => implicitProject(projectId),
    },
    jobs: async () => options.jobs ?? memoryJobs().jobs,
    adminRoutes: async () => options.adminRoutes ?? [],
    idempotency: options.idempotency ?? memoryReplies(),
    responseCache: new ResponseCache({
      store: { get: async () => undefined, put: async () => undefined },
      modelVersion: () => '1',
    }),
    guardrails: options.guardrails ?? new Guardrails((setting) => createGuardrail(setting, noServices)),
    budgets: options.budgets ?? { hold: unexpected },
    boundCost: async () => 100,
    records: new Records({
      put: async (tenantId, _requestId, phase, record) => {
        if (options.storageFails?.(phase)) throw new Error('storage is down');
        records.push({ tenantId, phase, record: record as Record<string, unknown> });
      },
    }),
    router: { route: options.route },
    prepare: () => undefined,
    price: () => ({ costMicroUsd: 42, source: 'configured', version: undefined }),
    countTokens: async (_body, produced) => ({ ...usage, outputTokens: produced.length, estimated: true }),
    ...options.services,
  };
  const gateway = createGateway(services);
  return {
    services,
    records,
    apiKey: formatApiKey(key),
    /** Calls the gateway as a key holder; a body makes it a POST. */
    call: async (path: string, init: CallOptions = {}): Promise<Response> => {
      const leaving = new AbortController();
      const headers = new Map(
        Object.entries({ authorization: `Bearer ${formatApiKey(key)}`, ...init.headers }),
      );
      const reply = await gateway.handle(
        {
          method: init.method ?? (init.body === undefined ? 'GET' : 'POST'),
          path: path.split('?')[0] ?? '',
          query: path.split('?')[1] ?? '',
          header: (name) => headers.get(name),
          body: init.body === undefined ? '' : JSON.stringify(init.body),
        },
        {
          sourceIp: '192.0.2.7',
          signal: leaving.signal,
          waitUntil: (promise) => work.push(promise),
        },
      );
      return toResponse(reply, leaving);
    },
    /** All that the gateway does behind its answers. */
    settled: () => Promise.all(work),
  };
}

export const target = { provider: 'upstream', model: 'real-model', alias: 'chat' };
export const attempts = [
  { provider: 'upstream', model: 'real-model', outcome: 'ok' as const, latencyMs: 5, waitedMs: 0 },
];

export function textEvent(text: string, extra: Partial<StreamEvent> = {}): StreamEvent {
  const data = JSON.stringify({ choices: [{ index: 0, delta: { content: text } }] });
  return {
    bytes: Buffer.from(`data: ${data}\n\n`),
    hasContent: text !== '',
    text,
    usageOnly: false,
    ...extra,
  };
}

export const usageEvent: StreamEvent = {
  bytes: Buffer.from('data: {"choices":[],"usage":{}}\n\n'),
  hasContent: false,
  text: '',
  usageOnly: true,
  usage,
};

/** A reply as fetch would show it. Cancelling its body is the caller leaving. */
function toResponse({ status, headers, body }: GatewayReply, leaving: AbortController): Response {
  if (typeof body !== 'function')
    return new Response(typeof body === 'string' ? body : new Uint8Array(body), { status, headers });
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  writer.closed.catch(() => leaving.abort());
  const write = (chunk: Uint8Array) => writer.write(chunk).catch(() => undefined);
  void body(write).finally(() => writer.close().catch(() => undefined));
  return new Response(readable, { status, headers });
}
