import { describe, expect, it } from 'vitest';
import { checkPolicy } from '../../../../lib/policy/access/check-policy.ts';
import { fillTemplate, policyTemplates } from '../../../../lib/policy/access/policy-templates.ts';
import { readSchema } from '../../../../lib/policy/access/schema.ts';

const tune = 'action == OpenClaw::Action::"tune"';

describe('a policy that is not valid', () => {
  it.each<[why: string, policy: string, line: number, column: number, message: RegExp]>([
    ['is empty', ' ', 1, 1, /end of input|unexpected/],
    ['is no Cedar', 'deny everything', 1, 6, /unexpected|invalid policy/],
    [
      'has a typing error',
      'forbid(principal, action, resource)\nwhen { contxt.region == "x" };',
      2,
      8,
      /contxt/,
    ],
    ['is two', 'forbid(principal, action, resource);\npermit(principal, action, resource);', 2, 1, /permit/],
    ['is a template', 'forbid(principal == ?principal, action, resource);', 1, 21, /template|slot/],
    [
      'names an unknown type',
      'forbid(principal == OpenClaw::Robot::"a", action, resource);',
      1,
      21,
      /OpenClaw::Robot/,
    ],
    ['names another namespace', `forbid(principal == Key::"a", action, resource);`, 1, 21, /Key/],
    [
      'names an unknown action',
      'forbid(principal, action == OpenClaw::Action::"delete", resource);',
      1,
      29,
      /delete/,
    ],
    [
      'reads what may be absent without asking',
      `forbid(principal, ${tune}, resource)\nwhen {\n  context.region == "é"\n};`,
      3,
      3,
      /optional attribute `region`/,
    ],
    [
      'reads what the action has not',
      `forbid(principal, ${tune}, resource) when { context.stream };`,
      1,
      72,
      /stream/,
    ],
    [
      'compares what cannot be equal',
      `forbid(principal, ${tune}, resource) when { context.time.hour == "9" };`,
      1,
      72,
      /not compatible/,
    ],
    [
      'counts columns in characters',
      'forbid(principal in OpenClaw::Project::"é€😀", action, resource) when { context.region == "x" };',
      1,
      73,
      /region/,
    ],
    [
      'uses what Amazon Verified Permissions has not',
      `forbid(principal, ${tune}, resource)\nwhen { datetime("2026-01-01") < datetime("2027-01-01") };`,
      2,
      8,
      /Verified Permissions/,
    ],
    ['is too long', `// ${'x'.repeat(10_000)}\nforbid(principal, action, resource);`, 1, 1, /10000 bytes/],
  ])('because it %s is told where and why', async (_why, policy, line, column, message) => {
    const check = await checkPolicy(policy);
    expect(check.valid).toBe(false);
    if (check.valid) return;
    expect(check.errors[0]?.start).toEqual({ line, column });
    expect(check.errors.map((error) => error.message).join('\n')).toMatch(message);
    expect(JSON.stringify(check)).not.toMatch(/checked`/);
  });

  it('says what may have been meant', async () => {
    const check = await checkPolicy('forbid(principal == OpenClaw::ApiKeys::"a", action, resource);');
    expect(check).toMatchObject({ errors: [{ help: expect.stringContaining('OpenClaw::ApiKey') }] });
  });

  it('of the platform is one that permits', async () => {
    const policy = '@note("x")\npermit(principal, action, resource);';
    expect(await checkPolicy(policy, 'platform')).toMatchObject({
      valid: false,
      errors: [{ start: { line: 2, column: 1 } }],
    });
    expect(await checkPolicy(policy, 'tenant')).toMatchObject({ valid: true });
  });
});

describe('a policy that is valid', () => {
  it('is warned of where it can never decide anything', async () => {
    const check = await checkPolicy(`forbid(principal, ${tune}, resource) when { false };`);
    expect(check).toMatchObject({
      valid: true,
      warnings: [{ message: expect.stringContaining('impossible') }],
    });
  });

  it('is warned of where it is the first permit', async () => {
    const check = await checkPolicy('permit(principal, action, resource);');
    expect(check).toMatchObject({
      valid: true,
      warnings: [{ message: expect.stringContaining('some permit') }],
    });
  });

  it.each<[string, string, readonly string[] | undefined, readonly string[] | undefined]>([
    ['nothing', 'forbid(principal, action, resource);', undefined, []],
    [
      'an attribute',
      `forbid(principal, ${tune}, resource) when { context.selfHosted };`,
      ['tune'],
      ['selfHosted'],
    ],
    [
      'one in the index form',
      `forbid(principal, ${tune}, resource) when { context["selfHosted"] };`,
      ['tune'],
      ['selfHosted'],
    ],
    [
      'one whose name is escaped',
      `forbid(principal, ${tune}, resource) when { context["self\\u{48}osted"] };`,
      ['tune'],
      ['selfHosted'],
    ],
    [
      'one that it asks for',
      'forbid(principal, action in [OpenClaw::Action::"tune", OpenClaw::Action::"invokeModel"], resource) when { context has region };',
      ['tune', 'invokeModel'],
      ['region'],
    ],
    [
      'a part of the time',
      `forbid(principal, ${tune}, resource) when { context.time.hour > 8 };`,
      ['tune'],
      ['hour', 'time'],
    ],
    [
      'the time as a whole, which may be anything',
      `forbid(principal, ${tune}, resource) when { [context.time].contains(context.time) };`,
      ['tune'],
      undefined,
    ],
    [
      'the context as a whole',
      `forbid(principal, ${tune}, resource) when { context == context };`,
      ['tune'],
      undefined,
    ],
    [
      'what is inside a condition, a set and a pattern',
      `forbid(principal, ${tune}, resource is OpenClaw::Model) when { if resource.selfHosted then ["a"].contains(context.provider) else context has endUser && context.endUser like "x*" };`,
      ['tune'],
      ['endUser', 'provider', 'selfHosted'],
    ],
  ])('is known to read %s', async (_what, policy, actions, attributes) => {
    const check = await checkPolicy(policy);
    if (!check.valid) throw new Error(JSON.stringify(check.errors));
    expect(check.facts).toEqual({
      effect: 'forbid',
      ...(actions && { actions }),
      ...(attributes && { attributes }),
    });
  });
});

describe('the entity without which a policy says nothing', () => {
  it.each<[string, string | undefined]>([
    ['principal == OpenClaw::ApiKey::"k", action, resource', 'OpenClaw::ApiKey::k'],
    ['principal in OpenClaw::Project::"p", action, resource == OpenClaw::Model::"m"', 'OpenClaw::Project::p'],
    ['principal is OpenClaw::ApiKey in OpenClaw::Role::"member", action, resource', 'OpenClaw::Role::member'],
    ['principal is OpenClaw::ApiKey, action, resource', undefined],
    ['principal, action, resource == OpenClaw::Model::"m"', 'OpenClaw::Model::m'],
    ['principal, action, resource in OpenClaw::Model::"m"', 'OpenClaw::Model::m'],
    ['principal, action, resource is OpenClaw::Model in OpenClaw::Model::"m"', 'OpenClaw::Model::m'],
    ['principal, action, resource is OpenClaw::Model', undefined],
    ['principal, action, resource', undefined],
  ])('of (%s) is %s', async (scope, entity) => {
    const check = await checkPolicy(`forbid (${scope});`);
    expect(check.valid && check.facts.entity).toBe(entity);
  });
});

describe('the subset of Amazon Verified Permissions', () => {
  it('has one namespace and at most 100,000 bytes of schema', () => {
    expect(readSchema().match(/^namespace /gm)).toHaveLength(1);
    expect(Buffer.byteLength(readSchema())).toBeLessThan(100_000);
  });
});

const values: Readonly<Record<string, string | readonly string[]>> = {
  project: 'research',
  models: ['gpt-5', 'org/model:v1@eu'],
  roles: ['tenant-admin', 'auditor'],
  data_class: 'personal',
  regions: ['eu-central-1', 'eu-west-1'],
  ranges: ['10.0.0.0/8', '2001:db8::/32'],
};

describe('a template', () => {
  it.each(policyTemplates.map((template) => [template.name, template] as const))(
    '%s makes a valid policy',
    async (name, template) => {
      const given = Object.fromEntries(template.parameters.map((one) => [one.name, values[one.name] ?? '']));
      expect(await checkPolicy(fillTemplate(name, given), 'platform')).toMatchObject({
        valid: true,
        warnings: [],
      });
    },
  );

  it.each<[string, string, Record<string, unknown>, RegExp]>([
    ['that there is not', 'everything', {}, /no template 'everything'/],
    ['without a value', 'roles-may-tune', {}, /'roles' is to be a list/],
    ['with an empty list', 'roles-may-tune', { roles: [] }, /'roles' is to be a list/],
    [
      'with too long a list',
      'roles-may-tune',
      { roles: Array(101).fill('member') },
      /'roles' is to be a list/,
    ],
    ['with a text for a list', 'roles-may-tune', { roles: 'member' }, /'roles' is to be a list/],
    [
      'with a list for a text',
      'data-class-stays-self-hosted',
      { data_class: ['a'] },
      /'data_class' is to be a text/,
    ],
    [
      'with a value too many',
      'roles-may-tune',
      { roles: ['member'], models: ['x'] },
      /no parameter 'models'/,
    ],
    ['with a role that there is not', 'roles-may-tune', { roles: ['root'] }, /"root" cannot be/],
    [
      'with a way out of the text',
      'data-class-stays-self-hosted',
      { data_class: 'a" || true || "' },
      /cannot be/,
    ],
    ['with a line break', 'data-class-stays-self-hosted', { data_class: 'a\n' }, /cannot be/],
    ['with an inherited name', 'roles-may-tune', { constructor: 'x', roles: ['member'] }, /no parameter/],
  ])('%s is refused', (_what, name, given, message) => {
    expect(() => fillTemplate(name, given as never)).toThrow(message);
  });
});
