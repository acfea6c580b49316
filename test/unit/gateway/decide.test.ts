import { describe, expect, it } from 'vitest';
import type { RouteRequest, Router } from '../../../lib/models/index.ts';
import { AccessPolicies, type ModelFacts, type PolicySetting } from '../../../lib/policy/access/index.ts';
import { implicitProject, platformTenantId } from '../../../lib/tenancy/index.ts';
import { model, policySetting, settingsOf, target } from '../policy/access/support.ts';
import { attempts, testGateway, usage } from './support/test-gateway.ts';

const us = target('us', 'openai', ['us-east-1']);
const eu = target('eu', 'bedrock', ['eu-central-1']);
const models: Readonly<Record<string, ModelFacts>> = {
  chat: model('chat', us, eu),
  larger: model('larger', us),
  'org/embed': model('org/embed', us),
};

const answer = { kind: 'json', body: { id: 'x' }, usage, finishReasons: ['stop'] } as unknown;

interface Setup {
  readonly policies?: readonly PolicySetting[];
  readonly platform?: readonly PolicySetting[];
  readonly residency?: readonly string[];
  readonly dataClass?: string;
  readonly of?: AccessPolicies['of'];
}

function gatewayWith({ policies = [], platform = [], residency, dataClass, of }: Setup) {
  const asked: RouteRequest[] = [];
  const route = (async (request: RouteRequest) => {
    asked.push(request);
    return { answer, target: { ...us, alias: 'chat' }, attempts };
  }) as unknown as Router['route'];
  const access = new AccessPolicies();
  const gateway = testGateway({
    route,
    services: {
      access: {
        policies: { of: of ?? ((...settings) => access.of(...settings)) },
        modelFacts: (alias) => models[alias],
      },
      settings: {
        settings: async (tenantId) =>
          tenantId === platformTenantId
            ? settingsOf(tenantId, platform)
            : settingsOf(tenantId, policies, residency),
        project: async (_tenantId, id) => ({
          ...implicitProject(id),
          ...(dataClass !== undefined && { dataClass }),
        }),
      },
    },
  });
  return { ...gateway, asked };
}

const body = { model: 'chat', messages: [{ role: 'user', content: 'Hello' }] };
const forbid = (id: string, rest: string, description = '') =>
  policySetting(id, `forbid (principal, action == OpenClaw::Action::"invokeModel", resource) ${rest};`, {
    description,
  });

async function refusal(setup: Setup, extra: object = {}) {
  const gateway = gatewayWith(setup);
  const response = await gateway.call('/v1/chat/completions', { body: { ...body, ...extra } });
  await gateway.settled();
  const { error } = (await response.json()) as { error: { message: string; code: string; param: string } };
  return { status: response.status, error, records: gateway.records, asked: gateway.asked };
}

describe('a request that policies allow', () => {
  it('sees all targets where there is nothing to decide by', async () => {
    const { call, asked, records } = gatewayWith({});
    expect((await call('/v1/chat/completions', { body })).status).toBe(200);
    expect(asked[0]?.allowTarget).toBeUndefined();
    expect(records.find(({ phase }) => phase === 'intent')?.record).not.toHaveProperty('policyIds');
  });

  it('has the policies that permitted it in its record', async () => {
    const permit = await policySetting('all', 'permit (principal, action, resource);');
    const { call, records, settled } = gatewayWith({ policies: [permit] });
    expect((await call('/v1/chat/completions', { body })).status).toBe(200);
    await settled();
    expect(records.map(({ phase, record }) => [phase, record.policyIds])).toEqual([
      ['intent', ['all']],
      ['outcome', ['all']],
    ]);
  });

  it('goes only to the targets inside the residency, through whatever alias', async () => {
    const { call, asked } = gatewayWith({ residency: ['eu-central-1'] });
    expect((await call('/v1/chat/completions', { body })).status).toBe(200);
    const { allowTarget } = asked[0] ?? {};
    const name = (alias: string, provider: string) => ({ alias, provider, model: 'm' });
    expect([
      allowTarget?.(name('chat', 'us')),
      allowTarget?.(name('chat', 'eu')),
      allowTarget?.(name('larger', 'us')),
      allowTarget?.(name('unknown', 'eu')),
    ]).toEqual([false, true, false, false]);
  });

  it('does not go to a larger model that policies refuse', async () => {
    const notLarger = await policySetting(
      'not-larger',
      'forbid (principal, action, resource == OpenClaw::Model::"larger");',
    );
    const { call, asked } = gatewayWith({ policies: [notLarger] });
    await call('/v1/chat/completions', { body });
    const { allowTarget } = asked[0] ?? {};
    expect(allowTarget?.({ alias: 'chat', provider: 'us', model: 'm' })).toBe(true);
    expect(allowTarget?.({ alias: 'larger', provider: 'us', model: 'm' })).toBe(false);
  });

  it.each<[string, string, object]>([
    ['the class of its project', 'context has dataClass && context.dataClass == "personal"', {}],
    ['its address', 'context has sourceIp && context.sourceIp == ip("192.0.2.7")', {}],
    ['its end user', 'context has endUser && context.endUser == "u1"', { safety_identifier: 'u1' }],
    ['that it streams', 'context.stream', { stream: true }],
    ['its limit', 'context has maxTokens && context.maxTokens == 7', { max_completion_tokens: 7 }],
    ['its older limit', 'context has maxTokens && context.maxTokens == 8', { max_tokens: 8 }],
    ['what it asks for', 'context.operation == "chat"', {}],
    ['its project', 'principal in OpenClaw::Project::"search"', {}],
    ['its tenant', 'principal in OpenClaw::Tenant::"acme"', {}],
    ['its role', 'principal in OpenClaw::Role::"member"', {}],
    ['the year', 'context.time.epochSeconds > 1700000000', {}],
  ])('is known by %s', async (_what, condition, extra) => {
    const policies = [await forbid('it', `when { ${condition} }`)];
    const refused = await refusal({ policies, dataClass: 'personal' }, extra);
    expect(refused.error.code).toBe('policy_denied');
  });
});

describe('a request that policies refuse', () => {
  it('is told by which, and recorded; no model is called', async () => {
    const policies = [await forbid('no-chat', '', 'Talk to people'), await forbid('off', '')];
    const { status, error, records, asked } = await refusal({
      policies,
      platform: [await forbid('night', '')],
    });
    expect(status).toBe(403);
    expect(error).toMatchObject({ type: 'permission_error', code: 'policy_denied', param: 'model' });
    expect(error.message).toContain(
      "the policies 'no-chat' (Talk to people), 'off', 'platform/night' refuse it",
    );
    expect(asked).toEqual([]);
    expect(records).toEqual([
      {
        tenantId: 'acme',
        phase: 'refused',
        record: expect.objectContaining({
          reason: 'policy_denied',
          policyIds: ['no-chat', 'off', 'platform/night'],
          alias: 'chat',
          route: 'POST /v1/chat/completions',
          tenantId: 'acme',
          projectId: 'search',
          sourceIp: '192.0.2.7',
        }),
      },
    ]);
    expect(JSON.stringify(records)).not.toContain('Hello');
  });

  it('is told where no policy permits it', async () => {
    const permit = await policySetting(
      'other',
      'permit (principal, action, resource == OpenClaw::Model::"other");',
    );
    const { status, error } = await refusal({ policies: [permit] });
    expect([status, error.code]).toEqual([403, 'policy_denied']);
    expect(error.message).toContain("No policy permits you to use the model 'chat'");
  });

  it('because of its residency is told what is missing', async () => {
    const { status, error, records } = await refusal({ residency: ['ap-south-1'] });
    expect([status, error.code]).toEqual([403, 'residency_denied']);
    expect(error.message).toContain('processed in us-east-1, eu-central-1');
    expect(error.message).toContain("your tenant's data stays in ap-south-1");
    expect(records[0]?.record).toMatchObject({ reason: 'residency_denied', policyIds: [] });
  });

  it('because its data may not leave a region is told by which policy', async () => {
    const home = await forbid(
      'home',
      'when { context has dataClass && context.dataClass == "personal" } unless { context has region && context.region == "ap-south-1" }',
      'Personal data stays in India',
    );
    const { status, error } = await refusal({ policies: [home], dataClass: 'personal' });
    expect([status, error.code]).toEqual([403, 'residency_denied']);
    expect(error.message).toContain("'home' (Personal data stays in India)");
  });

  it('because they cannot be asked is not carried out', async () => {
    const failing = () => Promise.reject(new Error('the engine broke'));
    const { status, error, asked } = await refusal({ of: failing });
    expect([status, error.code, asked.length]).toEqual([503, 'policies_unavailable', 0]);
    expect(error.message).not.toContain('engine');
  });
});
