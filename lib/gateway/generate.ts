import type { Operation } from '../plugin/index.ts';
import type { GuardrailRun } from '../policy/index.ts';
import type { GatewayReply } from './http.ts';
import { replyJson } from './reply-json.ts';
import { openCacheEntry } from './response-cache/cache-entry.ts';
import type { RouteCall } from './route.ts';
import type { Schema } from './schemas/validate.ts';
import type { GatewayServices } from './services.ts';
import { type Admission, admitToModel } from './steps/admission.ts';
import { callModel } from './steps/call-model.ts';
import { type AllowedUse, decide } from './steps/decide.ts';
import { estimateTokens } from './steps/estimate-tokens.ts';
import { findModel } from './steps/find-model.ts';
import { type GuardedInput, guardInput, type RequestToGuard } from './steps/guard-input.ts';
import { outputGuard } from './steps/guard-output.ts';
import { holdRequest } from './steps/hold-request.ts';
import { invokeModelFor } from './steps/invoke-model.ts';
import type { IntentFacts } from './steps/records.ts';
import type { CallContext } from './steps/settle.ts';
import { replyStream } from './stream/reply-stream.ts';

/** A route that has a model produce something. */
export interface GenerationRoute {
  readonly path: string;
  readonly operation: Operation;
  readonly schema: Schema;
}

/**
 * The one way of a request to a model and back. Every step either goes on or throws the error that the caller gets;
 * nothing is called before its intent is recorded, and every call is settled, however it ends.
 */
export async function generate(
  call: RouteCall,
  route: GenerationRoute,
  services: GatewayServices,
): Promise<GatewayReply> {
  const { principal, body } = call;
  const use = { ...describeUse(call, route), operation: route.operation };
  findModel(use.alias, route.operation, services.models, principal.allowedModels);
  services.prepare(use.alias);
  const decision = await decide(call, use, services);
  const cached = openCacheEntry(call, { ...use, policyIds: decision.policyIds }, services);
  const hit = cached && (await cached.find());
  if (hit) return hit;
  const admission = await admit(call, use, services);
  try {
    const guarded = await guardInput(toGuard(call, use, services), services);
    const intent = describeIntent(call, use, { decision, admission, guarded });
    if (guarded.verdict !== 'allow') {
      admission.release();
      return await refuse(call, route, { intent, guarded }, services);
    }
    const guard = await outputGuard(toGuard(call, use, services), services, guarded.placeholders);
    await services.records.intent(call.exchange, intent);
    const context: CallContext = {
      exchange: call.exchange,
      intent,
      operation: route.operation,
      body: guarded.body,
      admission,
      ...(decision.allowTarget && { allowTarget: decision.allowTarget }),
      ...(guard && { guard }),
      services,
    };
    const reply =
      body.stream === true
        ? await replyStream(context, callModel(context, 'stream'))
        : await replyJson(context, await callModel(context, 'json'));
    return cached ? cached.keep(reply, () => allChecked(guarded.runs, guard?.report.runs)) : reply;
  } catch (error) {
    // Without effect on what a call has settled already.
    admission.release();
    throw error;
  }
}

/** True where no guardrail failed to check, and was overlooked. */
function allChecked(...runs: readonly (readonly GuardrailRun[] | undefined)[]): boolean {
  return runs.every((some) => some?.every(({ status }) => status === 'checked') ?? true);
}

/** What a request wants, for all that decide on it. */
interface Use {
  readonly alias: string;
  readonly operation: Operation;
  /** For example `POST /v1/chat/completions`. */
  readonly route: string;
  readonly endUser?: string;
}

function describeUse({ body }: RouteCall, { path }: GenerationRoute): Omit<Use, 'operation'> {
  const user = body.safety_identifier ?? body.user;
  return {
    alias: String(body.model),
    route: `POST ${path}`,
    ...(typeof user === 'string' && { endUser: user }),
  };
}

function admit(call: RouteCall, use: Use, services: GatewayServices): Promise<Admission> {
  const { exchange, body } = call;
  const { alias, operation } = use;
  const endUser = use.endUser === undefined ? {} : { endUser: use.endUser };
  const bodyBytes = Buffer.byteLength(exchange.request.body);
  return admitToModel(
    call,
    { tokens: estimateTokens(body), model: alias, ...endUser },
    { request: { alias, operation, body, bodyBytes }, ...endUser },
    services,
  );
}

function toGuard(call: RouteCall, { alias, operation }: Use, services: GatewayServices): RequestToGuard {
  const { settings, principal, body, approval } = call;
  return {
    settings,
    principal,
    operation,
    model: alias,
    body,
    signal: call.exchange.origin.signal,
    ...(approval && { approval }),
    invokeModel: invokeModelFor(call, services),
  };
}

function describeIntent(
  { principal, body, exchange }: RouteCall,
  { alias, route, endUser }: Use,
  so: { readonly decision: AllowedUse; readonly admission: Admission; readonly guarded: GuardedInput },
): IntentFacts {
  const { policyIds } = so.decision;
  const { holds } = so.admission;
  const { runs, findings } = so.guarded;
  return {
    principal,
    route,
    alias,
    stream: body.stream === true,
    ...(endUser !== undefined && { endUser }),
    ...(policyIds.length > 0 && { policyIds }),
    ...(exchange.admission && { admission: exchange.admission }),
    ...(holds.length > 0 && { holds }),
    ...(runs.length > 0 && { guardrails: { runs, findings } }),
  };
}

/** A request that does not pass the guardrails: a person decides, or it is refused. No model was called. */
async function refuse(
  { exchange, principal, settings, body }: RouteCall,
  { path, operation }: GenerationRoute,
  { intent, guarded }: { readonly intent: IntentFacts; readonly guarded: GuardedInput },
  services: GatewayServices,
): Promise<GatewayReply> {
  const { error, findings, verdict } = guarded;
  const { holds: _given, ...facts } = intent;
  exchange.origin.waitUntil(
    services.records.outcome(exchange, {
      ...facts,
      operation,
      status: error?.status ?? 202,
      errorCode: verdict === 'hold' ? 'held' : (error?.code ?? 'content_filter'),
      attempts: [],
      finishReasons: [],
      usage: null,
      costMicroUsd: 0,
      latency: { totalMs: Math.round(performance.now() - exchange.startedAt), upstreamMs: 0 },
    }),
  );
  if (error) throw error;
  const held = findings.filter((finding) => finding.verdict === 'hold');
  return holdRequest({ exchange, principal, settings, path, body, findings: held }, services);
}
