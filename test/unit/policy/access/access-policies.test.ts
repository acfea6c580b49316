import { beforeAll, describe, expect, it } from 'vitest';
import type { AccessQuestion } from '../../../../lib/policy/access/access-question.ts';
import { type Cedar, loadCedar } from '../../../../lib/policy/access/cedar.ts';
import { AccessPolicies, decideModelUse, type PolicySetting } from '../../../../lib/policy/access/index.ts';
import { PolicySet } from '../../../../lib/policy/access/policy-set.ts';
import { PolicySlots } from '../../../../lib/policy/access/policy-slots.ts';
import { readSchema } from '../../../../lib/policy/access/schema.ts';
import { toCedar } from '../../../../lib/policy/access/to-cedar.ts';
import { platformTenantId } from '../../../../lib/tenancy/index.ts';
import { model, noPlatformPolicies, policySetting, settingsOf, target } from './support.ts';

let cedar: typeof Cedar;
beforeAll(async () => {
  cedar = await loadCedar();
});

const asker = { kind: 'api-key', keyId: 'k', tenantId: 'acme', projectId: 'p', role: 'member' } as const;
const context = { atMs: 0, operation: 'chat', stream: false };
const own = model('own', target('gpu', 'sagemaker', ['eu-central-1']));

const forbidProject = (project: string) =>
  `forbid (principal in OpenClaw::Project::"${project}", action, resource);`;

const question = (extra: Partial<AccessQuestion> = {}): AccessQuestion => ({
  asker,
  action: 'invokeModel',
  resource: { type: 'Model', id: 'own', attributes: { providers: [], regions: [], selfHosted: true } },
  context: { ...context, provider: 'sagemaker', selfHosted: true },
  ...extra,
});

async function setOf(
  policies: readonly PolicySetting[],
  slots = new PolicySlots(cedar, 10),
): Promise<PolicySet> {
  return new PolicySet(new Map(policies.map((policy) => [policy.id, policy])), cedar, slots);
}

describe('the policies of a tenant', () => {
  it('are none where none is enabled: then no engine is needed', async () => {
    const access = new AccessPolicies();
    const off = await policySetting('off', forbidProject('p'), { enabled: false });
    expect(access.of(settingsOf('acme', []), noPlatformPolicies)).toBeUndefined();
    expect(access.of(settingsOf('acme', [off]), settingsOf(platformTenantId, [off]))).toBeUndefined();
  });

  it('are prepared once for the same settings, and anew when they change', async () => {
    const access = new AccessPolicies();
    const policy = await policySetting('a', forbidProject('p'));
    const first = await access.of(settingsOf('acme', [policy]), noPlatformPolicies);
    expect(await access.of(settingsOf('acme', [{ ...policy }]), noPlatformPolicies)).toBe(first);
    const changed = await policySetting('a', forbidProject('q'));
    const second = await access.of(settingsOf('acme', [changed]), noPlatformPolicies);
    expect(first?.decide(question())).toEqual({ allowed: false, policyIds: ['a'] });
    expect(second?.decide(question())).toEqual({ allowed: true, policyIds: [] });
  });

  it('are prepared anew when those of the platform change', async () => {
    const access = new AccessPolicies();
    const tenant = settingsOf('acme', [await policySetting('a', forbidProject('q'))]);
    const before = await access.of(tenant, noPlatformPolicies);
    const guardrail = settingsOf(platformTenantId, [await policySetting('a', forbidProject('p'))]);
    const after = await access.of(tenant, guardrail);
    expect(before?.decide(question()).allowed).toBe(true);
    expect(after?.decide(question())).toEqual({ allowed: false, policyIds: ['platform/a'] });
  });

  it('do not lift a guardrail of the platform', async () => {
    const permitAll = await policySetting('all', 'permit (principal, action, resource);');
    const guardrail = settingsOf(platformTenantId, [await policySetting('never', forbidProject('p'))]);
    const set = await new AccessPolicies().of(settingsOf('acme', [permitAll]), guardrail);
    expect(set?.decide(question())).toEqual({ allowed: false, policyIds: ['platform/never'] });
  });

  it('are told apart from those of others', async () => {
    const access = new AccessPolicies();
    const acme = await access.of(
      settingsOf('acme', [await policySetting('a', forbidProject('p'))]),
      noPlatformPolicies,
    );
    const globex = await access.of(
      settingsOf('globex', [await policySetting('a', forbidProject('q'))]),
      noPlatformPolicies,
    );
    expect([acme?.decide(question()).allowed, globex?.decide(question()).allowed]).toEqual([false, true]);
  });

  it('that have a permit allow only what one permits', async () => {
    const permit = await policySetting(
      'own-alone',
      'permit (principal, action == OpenClaw::Action::"invokeModel", resource == OpenClaw::Model::"own");',
    );
    const set = await setOf([permit]);
    expect(set.decide(question())).toEqual({ allowed: true, policyIds: ['own-alone'] });
    const other = { type: 'Model', id: 'other', attributes: {} } as const;
    expect(set.decide(question({ resource: other }))).toEqual({ allowed: false, policyIds: [] });
    expect(set.decide(question({ action: 'tune' }))).toEqual({ allowed: false, policyIds: [] });
  });

  it('refuse where one cannot be evaluated', async () => {
    const overflow = await policySetting(
      'overflow',
      `forbid (principal, action == OpenClaw::Action::"invokeModel", resource)
       when { context has maxTokens && context.maxTokens * 9223372036854775807 > 5 };`,
    );
    const set = await setOf([overflow]);
    expect(set.decide(question()).allowed).toBe(true);
    const wide = question({ context: { ...context, maxTokens: 1e300, provider: 'x', selfHosted: false } });
    expect(set.decide(wide)).toEqual({ allowed: false, policyIds: ['overflow'] });
  });

  it('that the engine cannot parse any more decide nothing', async () => {
    const broken = { ...(await policySetting('a', forbidProject('p'))), policy: 'forbid(' };
    const set = await setOf([broken]);
    expect(() => set.decide(question())).toThrow('cannot be parsed');
  });
});

describe('the places in the engine', () => {
  it('are given away and taken again, and nobody gets the answers of another', async () => {
    const slots = new PolicySlots(cedar, 2);
    const sets = await Promise.all(
      ['p', 'q', 'p', 'q', 'p'].map(async (project, index) =>
        setOf([await policySetting(`policy-${index}`, forbidProject(project))], slots),
      ),
    );
    for (let round = 0; round < 3; round += 1) {
      for (const [index, set] of sets.entries()) {
        // Another question each time: an answer that is remembered needs no place.
        const asked = question({ asker: { ...asker, keyId: `k${round}` } });
        const expected =
          index % 2 === 0
            ? { allowed: false, policyIds: [`policy-${index}`] }
            : { allowed: true, policyIds: [] };
        expect(set.decide(asked)).toEqual(expected);
      }
    }
  });

  it('have names that are used again', () => {
    const slots = new PolicySlots(cedar, 2);
    const set = () => ({ texts: { a: forbidProject('p') } });
    const [first, second] = [set(), set()];
    const names = [slots.nameOf(first), slots.nameOf(second), slots.nameOf(set()), slots.nameOf(set())];
    expect(new Set(names).size).toBe(2);
    slots.release(second);
    expect(names).toContain(slots.nameOf(first));
  });
});

describe('a question', () => {
  it('is remembered with all that some policy reads, and with nothing else', async () => {
    const set = await setOf([
      await policySetting(
        'late',
        'forbid (principal, action == OpenClaw::Action::"invokeModel", resource) when { context.time.epochSeconds > 10 };',
      ),
    ]);
    const at = (atMs: number) =>
      question({ context: { ...context, atMs, provider: 'x', selfHosted: false } });
    expect(set.decide(at(10_000)).allowed).toBe(true);
    expect(set.decide(at(11_000)).allowed).toBe(false);
    expect(set.decide(at(10_000)).allowed).toBe(true);
  });

  it.each<[string, AccessQuestion]>([
    [
      'with everything',
      question({
        context: {
          ...context,
          dataClass: 'x',
          endUser: 'é"\\',
          sourceIp: '::ffff:10.0.0.1',
          region: 'r',
          provider: 'openai',
          selfHosted: false,
          maxTokens: 5,
        },
      }),
    ],
    ['with nothing that may be absent', question()],
    [
      'with an address that is none',
      question({ context: { ...context, sourceIp: 'unknown', provider: 'x', selfHosted: true } }),
    ],
    ['of a person', question({ asker: { ...asker, kind: 'person', userId: 'user_1' } })],
    ['of a key of a person', question({ asker: { ...asker, userId: 'user_1' } })],
    ['of a key of a service account', question({ asker: { ...asker, userId: 'svc_acct_1' } })],
    ['of who is in no project', question({ asker: { ...asker, projectId: '' } })],
    ['about tuning', question({ action: 'tune', context: { atMs: 0, provider: 'x', selfHosted: true } })],
    [
      'about documents',
      question({
        action: 'readDocuments',
        resource: { type: 'VectorStore', id: 'v', attributes: {} },
        context: { atMs: 0 },
      }),
    ],
  ])('%s has the form of the schema', (_what, asked) => {
    const answer = cedar.isAuthorized({
      ...toCedar(asked, () => true),
      schema: readSchema(),
      validateRequest: true,
      policies: { staticPolicies: { all: 'permit(principal, action, resource);' } },
    });
    expect(answer).toMatchObject({
      type: 'success',
      response: { decision: 'allow', diagnostics: { errors: [] } },
    });
  });
});

describe('an address', () => {
  it.each([
    ['10.1.2.3', true],
    ['::ffff:10.1.2.3', true],
    ['0:0:0:0:0:FFFF:10.1.2.3', true],
    ['::ffff:11.1.2.3', false],
    ['2001:db8::1', true],
    ['2001:db8::1%eth0', true],
    ['2001:db8::10.1.2.3', true],
    ['64:ff9b::10.1.2.3', false],
    ['10.1.2.3, 192.0.2.1', false],
    ['', false],
  ])('%s is one of the office: %s', async (sourceIp, isOffice) => {
    const office = await policySetting(
      'office',
      `forbid (principal, action == OpenClaw::Action::"invokeModel", resource) unless {
        context has sourceIp && (context.sourceIp.isInRange(ip("10.0.0.0/8")) || context.sourceIp.isInRange(ip("2001:db8::/32")))
      };`,
    );
    const asked = question({ context: { ...context, sourceIp, provider: 'x', selfHosted: true } });
    expect((await setOf([office])).decide(asked).allowed).toBe(isOffice);
  });
});

describe('a residency', () => {
  const abroad = target('us', 'openai', ['us-east-1']);
  const home = target('eu', 'bedrock', ['eu-central-1']);
  const both = target('both', 'bedrock', ['eu-central-1', 'us-east-1']);
  const unknown = target('unknown', 'anthropic');
  const decide = (...targets: ReturnType<typeof target>[]) =>
    decideModelUse({ asker, action: 'invokeModel', model: model('m', ...targets), context }, undefined, [
      'eu-central-1',
      'eu-west-1',
    ]);

  it('leaves the targets that are inside, whatever place they may use', () => {
    const decision = decide(abroad, home, both, unknown);
    expect(decision.allowed).toBe(true);
    expect(decision.targets.map(({ allowed }) => allowed)).toEqual([false, true, false, false]);
  });

  it('refuses a model that has none inside', () => {
    expect(decide(abroad, both, unknown)).toMatchObject({
      allowed: false,
      code: 'residency_denied',
      policyIds: [],
    });
  });

  it('and policies leave what both leave', async () => {
    const onlyUs = await policySetting(
      'only-us',
      `forbid (principal, action == OpenClaw::Action::"invokeModel", resource)
       unless { context has region && context.region == "us-east-1" };`,
      { description: 'American data' },
    );
    const set = await setOf([onlyUs]);
    const asked = { asker, action: 'invokeModel', context } as const;
    expect(
      decideModelUse({ ...asked, model: model('m', abroad, home) }, set, ['eu-central-1']),
    ).toMatchObject({
      allowed: false,
      code: 'residency_denied',
      reasons: [{ policyId: 'only-us', description: 'American data' }],
    });
    expect(decideModelUse({ ...asked, model: own }, set, undefined).allowed).toBe(false);
    expect(decideModelUse({ ...asked, model: model('m', home, abroad) }, set, undefined)).toMatchObject({
      allowed: true,
      targets: [{ allowed: false }, { allowed: true }],
    });
  });
});
