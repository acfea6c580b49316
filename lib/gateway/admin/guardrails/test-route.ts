import type { GuardrailStage, JsonObject } from '../../../plugin/index.ts';
import {
  type ActiveGuardrail,
  type CheckedTexts,
  checkTexts,
  Placeholders,
  strictest,
  summarise,
} from '../../../policy/index.ts';
import type { Route, RouteCall } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import type { Answers } from '../tenants/answers.ts';
import type { GuardrailStore } from './guardrail-store.ts';
import { guardrailTest, guardrailTestResult } from './schemas.ts';
import { newGuardrail, requireWorking } from './written-guardrail.ts';

/** Tries guardrails on a text. Nothing is stored or recorded; those that call a service do call it. */
export function testRoute(services: AdminServices, store: GuardrailStore, shows: Answers['shows']): Route {
  const { guardrails } = services;
  const wanted = async (call: RouteCall, tenantId: string, stage: GuardrailStage) => {
    const { guardrail, guardrail_ids: ids } = call.body;
    const active: ActiveGuardrail[] = [];
    if (guardrail !== undefined) {
      const setting = newGuardrail(guardrail as JsonObject, Date.now());
      await requireWorking(setting, services);
      active.push(await guardrails.make(setting));
    }
    for (const id of (ids ?? []) as readonly string[]) {
      active.push(await guardrails.make(await store.get(tenantId, id)));
    }
    if (active.length > 0) return active;
    const { settings, principal } = call;
    return guardrails.active({ settings, projectId: principal.projectId, model: '' }, stage);
  };
  return {
    method: 'POST',
    path: '/v1/openclaw/guardrails/test',
    operationId: 'testGuardrails',
    summary: 'Try guardrails on a text',
    access: 'guardrails:write',
    body: guardrailTest,
    response: { status: 200, description: 'What they make of it.', schema: guardrailTestResult },
    errors: [404],
    handle: shows(async (call, tenantId) => {
      const stage = (call.body.stage ?? 'input') as GuardrailStage;
      const { signal } = call.exchange.origin;
      const active = await wanted(call, tenantId, stage);
      const texts = [String(call.body.text)];
      return describeTest(await checkTexts(active, { stage, texts, signal }, new Placeholders()));
    }),
  };
}

function describeTest({ detections, runs, texts }: CheckedTexts) {
  return {
    object: 'openclaw.guardrail_test',
    verdict: strictest(detections),
    findings: summarise(detections).map(({ guardrailId, category, verdict, count, score }) => ({
      guardrail_id: guardrailId,
      category,
      verdict,
      count,
      score: score ?? null,
    })),
    runs: runs.map(({ guardrailId, status, durationMs }) => ({
      guardrail_id: guardrailId,
      status,
      duration_ms: durationMs,
    })),
    text: texts[0],
  };
}
