import { beforeAll, describe, expect, it } from 'vitest';
import { type AccessCase, decideCase } from '../../../../lib/policy/access/decide-case.ts';
import { AccessPolicies, type ModelFacts, type PolicySet } from '../../../../lib/policy/access/index.ts';
import { fillTemplate } from '../../../../lib/policy/access/policy-templates.ts';
import { platformTenantId } from '../../../../lib/tenancy/index.ts';
import { model, policySetting, settingsOf, target } from './support.ts';

const models: Record<string, ModelFacts> = {
  small: model('small', target('openai', 'openai', ['us-east-1'])),
  large: model('large', target('openai', 'openai', ['us-east-1']), target('eu', 'bedrock', ['eu-central-1'])),
  profile: model('profile', target('bedrock', 'bedrock', ['eu-central-1', 'eu-west-3'])),
  own: model('own', target('gpu', 'sagemaker', ['eu-central-1'])),
  nowhere: model('nowhere', target('anthropic', 'anthropic')),
  mixed: model('mixed', target('anthropic', 'anthropic'), target('gpu', 'sagemaker', ['eu-central-1'])),
};

const tenantPolicies: Readonly<Record<string, string>> = {
  research: fillTemplate('project-may-use-models', { project: 'research', models: ['small', 'own'] }),
  tuners: fillTemplate('roles-may-tune', { roles: ['tenant-admin'] }),
  personal: fillTemplate('data-class-stays-in-regions', {
    data_class: 'personal',
    regions: ['eu-central-1'],
  }),
  secret: fillTemplate('data-class-stays-self-hosted', { data_class: 'secret' }),
  office: fillTemplate('project-may-be-used-from', {
    project: 'payroll',
    ranges: ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7'],
  }),
  'one-key': 'forbid (principal == OpenClaw::ApiKey::"leaked", action, resource);',
  robots: `forbid (principal in OpenClaw::ServiceAccount::"svc_acct_1", action, resource == OpenClaw::Model::"large");`,
  'at-night': `forbid (principal in OpenClaw::Project::"batch", action == OpenClaw::Action::"invokeModel", resource)
    unless { context.time.hour >= 22 || context.time.hour < 6 };`,
  sundays: `forbid (principal in OpenClaw::Project::"batch", action == OpenClaw::Action::"invokeModel", resource)
    when { context.time.weekday == 7 };`,
  retired: `forbid (principal, action, resource == OpenClaw::Model::"small")
    when { context.time.epochSeconds >= 1900000000 };`,
  streams: `forbid (principal in OpenClaw::Project::"plain", action == OpenClaw::Action::"invokeModel", resource)
    when { context.stream };`,
  'long-answers': `forbid (principal in OpenClaw::Project::"plain", action == OpenClaw::Action::"invokeModel", resource)
    when { context has maxTokens && context.maxTokens > 1000 };`,
  'banned-user': `forbid (principal, action, resource) when { context has endUser && context.endUser == "mallory" };`,
  'no-embeddings': `forbid (principal in OpenClaw::Project::"plain", action == OpenClaw::Action::"invokeModel", resource)
    when { context.operation == "embeddings" };`,
  alice: 'forbid (principal in OpenClaw::Person::"user_alice", action, resource is OpenClaw::VectorStore);',
  archive: `forbid (principal, action == OpenClaw::Action::"readDocuments", resource == OpenClaw::VectorStore::"vs_1")
    unless { principal in OpenClaw::Role::"auditor" };`,
  'only-hosted': `forbid (principal in OpenClaw::Project::"cheap", action, resource is OpenClaw::Model)
    when { resource.selfHosted || resource.providers.contains("anthropic") };`,
};

const platformPolicies: Readonly<Record<string, string>> = {
  'no-tuning-of-profiles':
    'forbid (principal, action == OpenClaw::Action::"tune", resource == OpenClaw::Model::"profile");',
  'not-for-auditors':
    'forbid (principal in OpenClaw::Role::"auditor", action == OpenClaw::Action::"invokeModel", resource);',
};

type Row = readonly [
  what: string,
  wanted: Omit<AccessCase, 'action'> & { readonly action?: AccessCase['action'] },
  expected: 'allow' | readonly string[] | { readonly residency: readonly string[] },
];

const noon = '2026-11-23T12:00:00Z';
const night = '2026-11-23T23:00:00Z';
const by = (project: string, wanted: string, context: AccessCase['context'] = {}) => ({
  who: { project },
  model: wanted,
  context: { time: noon, ...context },
});

const table: readonly Row[] = [
  ['anybody may use any model', by('other', 'small'), 'allow'],
  ['also one in two places', by('other', 'large'), 'allow'],
  ['also one whose place nobody knows', by('other', 'nowhere'), 'allow'],
  ['also without a project', { who: {}, model: 'small' }, 'allow'],
  ['a project may use its models', by('research', 'small'), 'allow'],
  ['all of them', by('research', 'own'), 'allow'],
  ['and no other', by('research', 'large'), ['research']],
  [
    'whatever role',
    { ...by('research', 'large'), who: { project: 'research', role: 'tenant-admin' } },
    ['research'],
  ],
  ['a project of a similar name is another', by('research2', 'large'), 'allow'],
  ['a member does not tune', { ...by('other', 'small'), action: 'tune' }, ['tuners']],
  [
    'an administrator does',
    { ...by('other', 'small'), action: 'tune', who: { role: 'tenant-admin' } },
    'allow',
  ],
  [
    'not what the project may not use',
    { ...by('research', 'large'), action: 'tune', who: { project: 'research', role: 'tenant-admin' } },
    ['research'],
  ],
  [
    'several policies refuse together',
    { ...by('research', 'large'), action: 'tune' },
    ['research', 'tuners'],
  ],
  ['personal data goes to a model in its region', by('hr', 'own', { data_class: 'personal' }), 'allow'],
  ['not to one abroad', by('hr', 'small', { data_class: 'personal' }), { residency: ['personal'] }],
  ['to the part of a model that is there', by('hr', 'large', { data_class: 'personal' }), 'allow'],
  [
    'not to a profile that may leave it',
    by('hr', 'profile', { data_class: 'personal' }),
    { residency: ['personal'] },
  ],
  ['not to where nobody knows', by('hr', 'nowhere', { data_class: 'personal' }), { residency: ['personal'] }],
  ['other data goes anywhere', by('hr', 'small', { data_class: 'public' }), 'allow'],
  ['classes are told apart by letter', by('hr', 'small', { data_class: 'Personal' }), 'allow'],
  ['secret data stays with own machines', by('lab', 'own', { data_class: 'secret' }), 'allow'],
  ['and leaves them for nothing', by('lab', 'small', { data_class: 'secret' }), ['secret']],
  ['a model that is partly own is used in part', by('lab', 'mixed', { data_class: 'secret' }), 'allow'],
  [
    'tuning leaves them neither',
    { ...by('lab', 'small', { data_class: 'secret' }), action: 'tune', who: { role: 'tenant-admin' } },
    ['secret'],
  ],
  ['payroll is used from the office', by('payroll', 'small', { source_ip: '10.1.2.3' }), 'allow'],
  ['by the new protocol too', by('payroll', 'small', { source_ip: '2001:db8::1' }), 'allow'],
  ['and from one more address', by('payroll', 'small', { source_ip: '192.0.2.7' }), 'allow'],
  ['not from its neighbour', by('payroll', 'small', { source_ip: '192.0.2.8' }), ['office']],
  ['not from elsewhere', by('payroll', 'small', { source_ip: '203.0.113.1' }), ['office']],
  ['not without an address', by('payroll', 'small'), ['office']],
  ['a leaked key does nothing', { who: { key: 'leaked' }, model: 'small' }, ['one-key']],
  [
    'nor does it read',
    { who: { key: 'leaked' }, action: 'readDocuments', vector_store: 'vs_2' },
    ['one-key'],
  ],
  ['another key does', { who: { key: 'leaked2' }, model: 'small' }, 'allow'],
  [
    'a key of a service account is in it',
    { who: { key: 'k', user: 'svc_acct_1' }, model: 'large' },
    ['robots'],
  ],
  ['which may use other models', { who: { key: 'k', user: 'svc_acct_1' }, model: 'small' }, 'allow'],
  ['a key of another account is not', { who: { key: 'k', user: 'svc_acct_2' }, model: 'large' }, 'allow'],
  ['a project works at night', by('batch', 'small', { time: night }), 'allow'],
  ['not at noon', by('batch', 'small'), ['at-night']],
  ['in the time of Greenwich', by('batch', 'small', { time: '2026-11-24T00:30:00+02:00' }), 'allow'],
  ['not on Sundays', by('batch', 'small', { time: '2026-11-22T23:00:00Z' }), ['sundays']],
  ['a model retires', by('other', 'small', { time: '2030-03-18T00:00:00Z' }), ['retired']],
  ['streams can be refused', by('plain', 'small', { stream: true }), ['streams']],
  ['long answers can', by('plain', 'small', { max_tokens: 1_001 }), ['long-answers']],
  ['those of just that length not', by('plain', 'small', { max_tokens: 1_000 }), 'allow'],
  ['embeddings can', by('plain', 'small', { operation: 'embeddings' }), ['no-embeddings']],
  ['an end user can', by('other', 'small', { end_user: 'mallory' }), ['banned-user']],
  ['another end user is another', by('other', 'small', { end_user: 'mallory2' }), 'allow'],
  [
    'a person is known by its id',
    { who: { user: 'user_alice' }, action: 'readDocuments', vector_store: 'vs_2' },
    ['alice'],
  ],
  [
    'its keys are its own',
    { who: { key: 'k', user: 'user_alice' }, action: 'readDocuments', vector_store: 'vs_2' },
    ['alice'],
  ],
  [
    'an archive is for auditors',
    { who: { role: 'auditor' }, action: 'readDocuments', vector_store: 'vs_1' },
    'allow',
  ],
  [
    'and for nobody else',
    { who: { role: 'tenant-admin' }, action: 'readDocuments', vector_store: 'vs_1' },
    ['archive'],
  ],
  ['the attributes of a model are those of all its targets', by('cheap', 'mixed'), ['only-hosted']],
  ['a model of another kind is not meant', by('cheap', 'large'), 'allow'],
  [
    'the platform forbids for all',
    { ...by('other', 'small'), who: { role: 'auditor' } },
    ['platform/not-for-auditors'],
  ],
  [
    'whoever the tenant lets',
    { ...by('other', 'profile'), action: 'tune', who: { role: 'tenant-admin' } },
    ['platform/no-tuning-of-profiles'],
  ],
  [
    'the tenant and the platform refuse together',
    { ...by('other', 'profile'), action: 'tune' },
    ['platform/no-tuning-of-profiles', 'tuners'],
  ],
];

const stored = (policies: Readonly<Record<string, string>>) =>
  Promise.all(Object.entries(policies).map(([id, text]) => policySetting(id, text)));

describe('a table of decisions', () => {
  let policies: PolicySet | undefined;
  beforeAll(async () => {
    const own = settingsOf('acme', await stored(tenantPolicies));
    policies = await new AccessPolicies().of(
      own,
      settingsOf(platformTenantId, await stored(platformPolicies)),
    );
  });

  it('has more than fifty rows', () => {
    expect(table.length).toBeGreaterThan(50);
  });

  it.each(table)('%s', (_what, wanted, expected) => {
    const answer = decideCase(
      { action: 'invokeModel', ...wanted },
      {
        tenantId: 'acme',
        policies,
        residency: undefined,
        model: wanted.model === undefined ? undefined : models[wanted.model],
      },
    );
    const { decision, code, policy_ids } = answer;
    if (expected === 'allow')
      expect({ decision, code, policy_ids }).toEqual({ decision: 'allow', code: null, policy_ids: [] });
    else {
      const denied = 'residency' in expected ? expected.residency : expected;
      expect({ decision, code, policy_ids }).toEqual({
        decision: 'deny',
        code: 'residency' in expected ? 'residency_denied' : 'policy_denied',
        policy_ids: denied,
      });
    }
  });
});
