import type { Operation } from '../../plugin/index.ts';
import type { CachedAnswer } from '../../storage/cached-reply-store.ts';
import type { BodyWriter, GatewayReply } from '../http.ts';
import { replyHeaders } from '../reply-headers.ts';
import type { RouteCall } from '../route.ts';
import type { GatewayServices } from '../services.ts';
import { admit } from '../steps/admit.ts';
import type { IntentFacts } from '../steps/records.ts';
import { CapturedBody, maxKeptBytes } from '../stream/captured-body.ts';
import { type CacheControl, readCacheControl } from './cache-control.ts';
import { cacheKey, isCacheable } from './cache-key.ts';
import { isRepeatable } from './is-repeatable.ts';
import type { AnswerFacts, ResponseCache } from './response-cache.ts';

type CacheServices = Pick<GatewayServices, 'responseCache' | 'rateLimits' | 'records'>;

/** What is asked of a model, as far as the cache needs to know. */
export interface CacheUse {
  readonly alias: string;
  readonly operation: Operation;
  /** For example `POST /v1/chat/completions`. */
  readonly route: string;
  readonly endUser?: string;
  /** The access policies that decided that the request may be made. */
  readonly policyIds: readonly string[];
}

/**
 * The place in the cache of what a request asks for. Undefined where its project has no cache, or the request is none
 * for it.
 */
export function openCacheEntry(
  call: RouteCall,
  use: CacheUse,
  services: CacheServices,
): CacheEntry | undefined {
  const ttlMs = (call.project?.responseCache?.ttlSeconds ?? 0) * 1_000;
  // What a reviewer has approved of is one person's request, not everybody's.
  if (ttlMs === 0 || call.approval || !isCacheable(call.body)) return undefined;
  const control = readCacheControl(call.exchange.request.header('cache-control'));
  return control.reads || control.writes ? new CacheEntry(call, use, services, ttlMs, control) : undefined;
}

export class CacheEntry {
  readonly #call: RouteCall;
  readonly #use: CacheUse;
  readonly #services: CacheServices;
  readonly #cache: ResponseCache;
  readonly #ttlMs: number;
  readonly #control: CacheControl;
  readonly #key: string;

  constructor(call: RouteCall, use: CacheUse, services: CacheServices, ttlMs: number, control: CacheControl) {
    this.#call = call;
    this.#use = use;
    this.#services = services;
    this.#cache = services.responseCache;
    this.#ttlMs = ttlMs;
    this.#control = control;
    const { principal, settings, body } = call;
    const modelVersion = this.#cache.modelVersion(use.alias);
    const { projectId } = principal;
    this.#key = cacheKey({ projectId, operation: use.operation, modelVersion, settings, body });
  }

  /**
   * The answer that the cache has, if any. It counts as a request, costs nothing and takes no tokens.
   *
   * @throws ApiError 429 where the caller has no requests left
   */
  async find(): Promise<GatewayReply | undefined> {
    const { exchange, principal } = this.#call;
    const { reads, maxAgeMs = this.#ttlMs } = this.#control;
    const longest = Math.min(this.#ttlMs, maxAgeMs);
    const found = reads ? await this.#cache.find(principal.tenantId, this.#key, longest) : undefined;
    exchange.cache = found ? 'hit' : 'miss';
    return found && (await this.#reply(found));
  }

  /**
   * Keeps the reply, once it has all been sent, if it is one to be given again.
   *
   * @param wasChecked - tells then whether all guardrails could check
   */
  keep(reply: GatewayReply, wasChecked: () => boolean): GatewayReply {
    if (!this.#control.writes || reply.status !== 200) return reply;
    const { body } = reply;
    if (typeof body !== 'function') {
      this.#keepBody(reply, typeof body === 'string' ? Buffer.from(body) : body, wasChecked);
      return reply;
    }
    const remembered: BodyWriter = async (write) => {
      const captured = new CapturedBody();
      await body(captured.through(write));
      if (captured.isComplete) this.#keepBody(reply, captured.bytes, wasChecked, true);
    };
    return { ...reply, body: remembered };
  }

  async #reply({ body, headers, storedAtMs, facts }: CachedAnswer): Promise<GatewayReply> {
    const { exchange } = this.#call;
    const { alias, endUser } = this.#use;
    const cost = { tokens: 0, model: alias, ...(endUser !== undefined && { endUser }) };
    const settleTokens = await admit(this.#call, cost, this.#services);
    settleTokens(0);
    const { model, provider } = facts as AnswerFacts;
    exchange.served = { model, provider, attempts: 0, costMicroUsd: 0 };
    exchange.origin.waitUntil(this.#record(facts as AnswerFacts));
    const age = Math.max(0, Math.floor((this.#cache.now() - storedAtMs) / 1_000));
    return { status: 200, headers: { ...replyHeaders(exchange), ...headers, age: String(age) }, body };
  }

  /** Usage is counted by outcomes. No model is called, so no intent comes before it. */
  async #record(facts: AnswerFacts): Promise<void> {
    const { exchange, principal, body } = this.#call;
    const { alias, route, operation, endUser, policyIds } = this.#use;
    const intent: IntentFacts = {
      principal,
      route,
      alias,
      stream: body.stream === true,
      ...(endUser !== undefined && { endUser }),
      ...(policyIds.length > 0 && { policyIds }),
    };
    await this.#services.records.outcome(exchange, {
      ...intent,
      ...facts,
      operation,
      cache: 'hit',
      status: 200,
      attempts: [],
      costMicroUsd: 0,
      latency: { totalMs: Math.round(performance.now() - exchange.startedAt), upstreamMs: 0 },
    });
  }

  #keepBody(
    { status, headers }: GatewayReply,
    body: Uint8Array | undefined,
    wasChecked: () => boolean,
    isStream = false,
  ): void {
    const { exchange, principal } = this.#call;
    const { settled, served } = exchange;
    const { model, provider } = served;
    if (!body || body.byteLength > maxKeptBytes || !settled?.usage) return;
    if (model === undefined || provider === undefined || !wasChecked()) return;
    const { usage, finishReasons } = settled;
    // An answer in which nothing says that it is at its end may not be.
    if (this.#use.operation === 'chat' && finishReasons.length === 0) return;
    if (!isRepeatable(body, isStream, finishReasons)) return;
    const facts: AnswerFacts = { model, provider, usage, finishReasons };
    const answer = { status, headers: keptHeaders(headers), body, facts, storedAtMs: this.#cache.now() };
    exchange.origin.waitUntil(this.#cache.keep(principal.tenantId, this.#key, answer, this.#ttlMs));
  }
}

function keptHeaders(headers: GatewayReply['headers']): Record<string, string> {
  const kept = ['content-type', 'cache-control'].filter((name) => headers[name] !== undefined);
  return Object.fromEntries(kept.map((name) => [name, headers[name] ?? '']));
}
