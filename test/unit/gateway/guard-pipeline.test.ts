import { describe, expect, it } from 'vitest';
import type { JsonObject, StreamEvent } from '../../../lib/plugin/index.ts';
import type { GuardrailSetting } from '../../../lib/policy/index.ts';
import { implicitProject, implicitTenant, TenantSettings } from '../../../lib/tenancy/index.ts';
import { attempts, target, testGateway, textEvent, usage } from './support/test-gateway.ts';

let written = 0;

function setting(changes: Partial<GuardrailSetting>): GuardrailSetting {
  return {
    id: 'under-test',
    kind: 'pii',
    enabled: true,
    stages: ['input', 'output'],
    actions: {},
    timeoutMs: 1_000,
    onFailure: 'closed',
    options: {},
    version: 1,
    createdAtMs: 0,
    updatedAtMs: ++written,
    ...changes,
  };
}

/** A gateway whose tenant has guardrails, and whose models answer by what they are asked. */
function gatewayWith(
  guardrails: readonly GuardrailSetting[],
  answer: (body: JsonObject) => string | readonly string[],
) {
  const asked: JsonObject[] = [];
  const gateway = testGateway({
    route: async ({ body, stream }) => {
      asked.push(body);
      const said = answer(body);
      async function* events(): AsyncIterable<StreamEvent> {
        for (const text of said) yield textEvent(text);
      }
      const message = { role: 'assistant', content: said };
      const bytes = Buffer.from(JSON.stringify({ choices: [{ index: 0, message, finish_reason: 'stop' }] }));
      return {
        answer: stream
          ? { kind: 'stream', events: events() }
          : { kind: 'json', bytes, usage, finishReasons: ['stop'], text: () => String(said) },
        target,
        attempts,
      };
    },
    services: {
      settings: {
        settings: async (tenantId) =>
          new TenantSettings(implicitTenant(tenantId), new Map([['guardrail', guardrails]])),
        project: async (_tenantId, projectId) => implicitProject(projectId),
      },
    },
  });
  return {
    asked,
    gateway,
    ask: async (content: string, more: object = {}) =>
      gateway.call('/v1/chat/completions', {
        body: { model: 'chat', messages: [{ role: 'user', content }], ...more },
      }),
  };
}

describe('personal data on its way to a model and back', () => {
  const restoring = setting({ id: 'pii', options: { restore: true } });

  it('is not seen by the model, and is in the answer again', async () => {
    const { ask, asked } = gatewayWith([restoring], () => 'Dear [EMAIL_1]!');
    const answer = (await (await ask('I am anna@example.com')).json()) as {
      choices: { message: { content: string } }[];
    };
    expect(asked[0]?.messages).toEqual([{ role: 'user', content: 'I am [EMAIL_1]' }]);
    expect(answer.choices[0]?.message.content).toBe('Dear anna@example.com!');
  });

  it('is in a streamed answer again, too, where its placeholder was cut', async () => {
    const { ask, gateway } = gatewayWith([restoring], () => ['Dear [EM', 'AIL', '_1', ']!']);
    const text = await (await ask('I am anna@example.com', { stream: true })).text();
    const content = text
      .split('\n\n')
      .filter((line) => line.startsWith('data: {'))
      .map((line) => JSON.parse(line.slice(6)).choices[0].delta.content)
      .join('');
    expect(content).toBe('Dear anna@example.com!');
    expect(text).toContain('[DONE]');
    await gateway.settled();
    expect(JSON.stringify(gateway.records)).not.toContain('anna@example.com');
    expect(gateway.records.at(-1)?.record).toMatchObject({
      guardrails: { findings: [{ guardrailId: 'pii', category: 'email' }] },
    });
  });
});

describe('a model as judge', () => {
  const judge = setting({
    id: 'judge',
    kind: 'judge',
    stages: ['input'],
    options: { model: 'chat', categories: { medical: 'asks for a diagnosis' } },
  });
  const judging = (verdict: (text: string) => readonly object[]) => (body: JsonObject) => {
    const [system, user] = body.messages as readonly { readonly role: string; readonly content: string }[];
    if (system?.role !== 'system') return 'An answer.';
    const { mark, texts } = JSON.parse(user?.content ?? '');
    return JSON.stringify({ mark, cases: verdict(texts[0]) });
  };
  const medical = judging((text) => (text.includes('pain') ? [{ category: 'medical', score: 1 }] : []));

  it('decides on a request, as a call of the tenant with a record and a price of its own', async () => {
    const { ask, asked, gateway } = gatewayWith([judge], medical);
    const passed = await ask('Tell me a story');
    expect(passed.status).toBe(200);
    await gateway.settled();
    expect(asked).toHaveLength(2);
    const outcomes = gateway.records.filter(({ phase }) => phase === 'outcome').map(({ record }) => record);
    expect(outcomes).toMatchObject([
      { route: 'guardrail', alias: 'chat', tenantId: 'acme', projectId: 'search', costMicroUsd: 42 },
      { route: 'POST /v1/chat/completions', alias: 'chat', costMicroUsd: 42 },
    ]);
    expect(new Set(outcomes.map(({ requestId }) => requestId)).size).toBe(2);
    expect(passed.headers.get('x-openclaw-request-id')).toBe(outcomes[1]?.requestId);
  });

  it('refuses what it finds, before the model is called', async () => {
    const { ask, asked } = gatewayWith([judge], medical);
    const refused = await ask('What is this pain in my chest?');
    expect([refused.status, asked.length]).toEqual([400, 1]);
    expect(await refused.json()).toMatchObject({
      error: { code: 'content_filter', message: expect.stringContaining("'judge' for 'medical'") },
    });
  });

  it('that talks instead of judging lets nothing pass', async () => {
    const { ask } = gatewayWith([judge], () => 'I am happy to help!');
    const refused = await ask('Tell me a story');
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error: { code: 'guardrail_unavailable' } });
  });
});
