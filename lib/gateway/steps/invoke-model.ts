import type { InvokeModel, JsonObject } from '../../plugin/index.ts';
import { openExchange } from '../open-exchange.ts';
import type { RouteCall } from '../route.ts';
import type { GatewayServices } from '../services.ts';
import { type Admission, admissionOf } from './admission.ts';
import { callModel } from './call-model.ts';
import { decide } from './decide.ts';
import { findModel } from './find-model.ts';
import { holdBudget } from './hold-budget.ts';
import { type CallContext, settle } from './settle.ts';

/** How such calls are recorded. */
const route = 'guardrail';

/**
 * How guardrails ask a model about a request: as a call of its caller, with its policies, budgets, prices and records,
 * and a request id of its own. Rate limits have counted the request already, and no guardrail checks what a guardrail
 * asks.
 */
export function invokeModelFor(call: RouteCall, services: GatewayServices): InvokeModel {
  return async (model, asked, signal) => {
    const { principal } = call;
    const body: JsonObject = { ...asked, model };
    // The tenant has chosen the judge: what a key may use does not matter.
    findModel(model, 'chat', services.models, undefined);
    const exchange = openExchange(call.exchange.request, { ...call.exchange.origin, signal });
    exchange.principal = principal;
    const own: RouteCall = { ...call, exchange, body };
    const { policyIds, allowTarget } = await decide(
      own,
      { alias: model, operation: 'chat', route },
      services,
    );
    const admission = await admitToBudgets(own, model, services);
    const intent = {
      principal,
      route,
      alias: model,
      stream: false,
      ...(policyIds.length > 0 && { policyIds }),
      ...(admission.holds.length > 0 && { holds: admission.holds }),
    };
    try {
      await services.records.intent(exchange, intent);
    } catch (error) {
      admission.release();
      throw error;
    }
    const context: CallContext = {
      exchange,
      intent,
      operation: 'chat',
      body,
      admission,
      ...(allowTarget && { allowTarget }),
      services,
    };
    const { answer, target, attempts } = await callModel(context, 'json');
    await settle(context, {
      target,
      attempts,
      status: 200,
      finishReasons: answer.finishReasons,
      usage: answer.usage,
      producedText: answer.text,
    });
    return JSON.parse(Buffer.from(answer.bytes).toString()) as JsonObject;
  };
}

async function admitToBudgets(call: RouteCall, alias: string, services: GatewayServices): Promise<Admission> {
  const { exchange, body, settings } = call;
  const bodyBytes = Buffer.byteLength(JSON.stringify(body));
  const budget =
    settings.list('budget').length === 0
      ? undefined
      : await holdBudget(call, { request: { alias, operation: 'chat', body, bodyBytes } }, services);
  return admissionOf(exchange, () => undefined, budget);
}
