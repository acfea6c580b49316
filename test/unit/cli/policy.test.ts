import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgram } from '../../../lib/cli/program.ts';
import { testPlatform } from '../gateway/support/test-platform.ts';

const examples = resolve(import.meta.dirname, '../../../templates/policies');

let folder: string;
let printed: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openclaw-policies-'));
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
});

afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
});

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function run(...args: readonly string[]): Promise<unknown> {
  return createProgram().parseAsync(['node', 'openclaw', 'policy', ...args]);
}

const forbidAll = 'forbid (principal, action, resource);\n';

describe('openclaw policy test, over files', () => {
  it('agrees with the example', async () => {
    await run('test', join(examples, 'cases.yaml'));
    expect(printed).toContain('ok    a member trains nothing');
    expect(printed).toContain('All 7 decisions are as expected.');
  });

  it('fails with what was expected and what was decided', async () => {
    file('closed.cedar', forbidAll);
    const cases = file(
      'cases.yaml',
      `models: { m: [{ kind: openai, regions: [us-east-1] }, { kind: sagemaker }] }
cases:
  - { name: opens, model: m, expect: allow }
  - { name: closes, model: m, expect: deny, by: [closed] }
  - { name: closes by another, model: m, expect: deny, by: [other] }
  - { name: closes for its place, model: m, expect: deny, code: residency_denied }
`,
    );
    await expect(run('test', cases)).rejects.toThrow('3 of 4 decisions are not as expected');
    expect(printed.split('\n')).toEqual([
      'FAIL  opens',
      '      - allow',
      '      + deny by closed (policy_denied)',
      '        openai-1 (us-east-1): deny by closed',
      '        sagemaker-2 (nobody knows where): deny by closed',
      'ok    closes',
      'FAIL  closes by another',
      '      - deny by other',
      '      + deny by closed (policy_denied)',
      '        openai-1 (us-east-1): deny by closed',
      '        sagemaker-2 (nobody knows where): deny by closed',
      'FAIL  closes for its place',
      '      - deny (residency_denied)',
      '      + deny by closed (policy_denied)',
      '        openai-1 (us-east-1): deny by closed',
      '        sagemaker-2 (nobody knows where): deny by closed',
      '',
    ]);
  });

  it('asks the residency, and the models of the configuration', async () => {
    const cases = `cases: [{ model: openclaw-extract, expect: deny, code: residency_denied }]\nresidency: [eu-west-1]`;
    const config = file('openclaw.config.mjs', "export default { region: 'eu-central-1' };");
    await run('test', file('cases.yaml', cases), '--config', config);
    expect(printed).toContain('ok    anybody: invokeModel openclaw-extract');
  });

  it('decides about tuning and documents, too', async () => {
    file('closed.cedar', 'forbid (principal, action == OpenClaw::Action::"readDocuments", resource);');
    const cases = `models: { m: [{ kind: openai }] }
cases:
  - { action: tune, model: m, expect: allow }
  - { action: readDocuments, vector_store: vs_1, who: { user: user_1 }, expect: deny, by: [closed] }`;
    await run('test', file('cases.yaml', cases));
    expect(printed).toContain('ok    user user_1: readDocuments vs_1');
  });

  it.each<[string, string, RegExp]>([
    ['is no YAML', 'cases: [', /cases\.yaml: .*line 1/s],
    ['has no cases', 'cases: []', /cases: /],
    ['has a misspelt word', 'cases: [{ model: m, expects: deny }]', /cases\.0: .*expects/s],
    ['expects neither', 'cases: [{ model: m, expect: perhaps }]', /cases\.0\.expect/],
    ['names no model', 'cases: [{ expect: deny }]', /cases\.0: invokeModel needs model/],
    ['names no documents', 'cases: [{ action: readDocuments, expect: deny }]', /needs vector_store/],
    [
      'names a model that there is not',
      'models: { a: [{ kind: openai }] }\ncases: [{ model: b, expect: deny }]',
      /no model 'b'/,
    ],
    [
      'has a time that is none',
      'cases: [{ model: m, expect: deny, context: { time: noon } }]',
      /context\.time/,
    ],
  ])('refuses a table that %s', async (_what, content, message) => {
    await expect(run('test', file('cases.yaml', content))).rejects.toThrow(message);
  });

  it('says where a policy is not valid', async () => {
    file('a.cedar', 'forbid (\n  principal,\n  action, resources);');
    const cases = file('cases.yaml', 'cases: [{ model: m, expect: deny }]');
    await expect(run('test', cases)).rejects.toThrow(/a\.cedar:3:11: /);
    await expect(run('test', join(folder, 'none.yaml'))).rejects.toThrow('cannot be read');
    await expect(run('test', cases, '--policies', join(folder, 'none'))).rejects.toThrow('cannot be read');
    await expect(run('test', cases, '--api', '--policies', folder)).rejects.toThrow('with --api');
  });
});

describe('openclaw policy validate', () => {
  it('prints what editors read', async () => {
    const good = file('good.cedar', forbidAll);
    const bad = file('bad.cedar', 'forbid (principal, action, resource)\nwhen { context.nothing };');
    await expect(run('validate', good, bad)).rejects.toThrow('1 of 2 policies are not valid');
    expect(printed).toContain(`${good}: valid`);
    expect(printed).toMatch(new RegExp(`${bad}:2:8: error: .*nothing`));
    await run('validate', good);
  });

  it("holds the platform's to forbidding, and warns of a permit", async () => {
    const permit = file('permit.cedar', 'permit (principal, action, resource);');
    await run('validate', permit);
    expect(printed).toContain(':1:1: warning: with a permit');
    await expect(run('validate', '--platform', permit)).rejects.toThrow('1 of 1');
  });
});

describe('openclaw policy, over the API', () => {
  let server: Server;
  let api: readonly string[];
  let operator: readonly string[];

  beforeEach(async () => {
    const platform = testPlatform();
    const admin = await platform.key();
    const root = await platform.key({ tenantId: 'operator', role: 'platform-admin' });
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { authorization = '', 'openai-organization': tenant } = request.headers;
      const answer = await platform.call(
        authorization.replace('Bearer ', ''),
        request.method as 'GET',
        (request.url ?? '').replace('/v1', ''),
        body === '' ? undefined : JSON.parse(body),
        tenant === undefined ? {} : { 'openai-organization': String(tenant) },
      );
      response.writeHead(answer.status).end(JSON.stringify(answer.body));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    api = ['--url', url, '--key', admin.key];
    operator = ['--url', url, '--key', root.key, '--tenant', 'platform'];
  });

  afterEach(() => server.close());

  it('writes, changes, lists, tests and removes', async () => {
    await run('list', ...api);
    expect(printed).toContain('There are none');
    await run('put', 'closed', file('closed.cedar', forbidAll), '--description', 'Closed', ...api);
    await run(
      'put',
      'ours',
      '--template',
      'project-may-use-models',
      '--set',
      'project=a',
      '--set',
      'models=m',
      ...api,
    );
    await run('put', 'ours', '--disable', ...api);
    printed = '';
    await run('list', ...api);
    expect(printed.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['ID', 'EFFECT', 'WORKS', 'TEMPLATE', 'DESCRIPTION'],
      ['closed', 'forbid', 'yes', '-', 'Closed'],
      ['ours', 'forbid', 'no', 'project-may-use-models'],
      [''],
    ]);
    const cases = file('cases.yaml', 'cases: [{ model: openclaw-extract, expect: deny, by: [closed] }]');
    await run('test', cases, '--api', ...api);
    await run('delete', 'closed', ...api);
    await expect(run('test', cases, '--api', ...api)).rejects.toThrow('1 of 1 decisions');
    expect(printed).toContain('      + allow');
  });

  it("writes the platform's, which tenants are held to", async () => {
    await run('put', 'closed', file('closed.cedar', forbidAll), ...operator);
    const cases = file(
      'cases.yaml',
      'cases: [{ model: openclaw-extract, expect: deny, by: [platform/closed] }]',
    );
    await run('test', cases, '--api', ...api);
    expect(printed).toContain('All 1 decisions');
  });

  it('says what the API refuses, with line and column', async () => {
    const bad = file('bad.cedar', '\n\nforbid (nobody, action, resource);');
    await expect(run('put', 'bad', bad, ...api)).rejects.toThrow(/line 3, column 9.*invalid_policy/s);
    await expect(run('put', 'a b', bad, ...api)).rejects.toThrow('invalid_value');
    await expect(run('put', 'both', bad, '--template', 'x', ...api)).rejects.toThrow('not both');
    await expect(run('delete', 'none', ...api)).rejects.toThrow('404');
  });
});
