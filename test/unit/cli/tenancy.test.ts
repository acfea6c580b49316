import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgram } from '../../../lib/cli/program.ts';

interface Call {
  readonly call: string;
  readonly tenant: string | undefined;
  readonly body: unknown;
}

let server: Server;
let url: string;
let calls: Call[];
let answers: object[];
let printed: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    calls.push({
      call: `${request.method} ${request.url}`,
      tenant: request.headers['openai-organization'] as string | undefined,
      body: body === '' ? undefined : JSON.parse(body),
    });
    response.end(JSON.stringify(answers.shift() ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  [calls, answers, printed] = [[], [], ''];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      printed += text;
      return true;
    });
  }
});

afterEach(() => vi.restoreAllMocks());

async function openclaw(...args: readonly string[]): Promise<void> {
  const program = createProgram();
  for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)]) {
    command.exitOverride();
  }
  await program.parseAsync(['node', 'openclaw', ...args, '--url', url, '--key', 'k']);
}

const list = (...data: object[]) => ({ object: 'list', data, has_more: false });

describe('openclaw', () => {
  it.each<[string, object[], string, object | undefined, string | undefined]>([
    [
      'tenants create acme --name Acme --region eu-central-1 eu-west-1 --when-ledger-fails open',
      [{ id: 'acme', status: 'active' }],
      'POST /v1/openclaw/tenants',
      {
        id: 'acme',
        name: 'Acme',
        residency: { regions: ['eu-central-1', 'eu-west-1'] },
        when_ledger_fails: 'open',
      },
      undefined,
    ],
    ['tenants show acme', [], 'GET /v1/openclaw/tenants/acme', undefined, undefined],
    ['tenants suspend acme', [], 'POST /v1/openclaw/tenants/acme', { status: 'suspended' }, undefined],
    ['tenants resume acme', [], 'POST /v1/openclaw/tenants/acme', { status: 'active' }, undefined],
    ['tenants delete acme --yes', [], 'DELETE /v1/openclaw/tenants/acme', undefined, undefined],
    [
      'projects create Search --tenant acme',
      [{ id: 'proj_1' }],
      'POST /v1/organization/projects',
      { name: 'Search' },
      'acme',
    ],
    [
      'projects create Search --id search',
      [{ id: 'search' }],
      'POST /v1/openclaw/projects',
      { id: 'search', name: 'Search' },
      undefined,
    ],
    [
      'projects list --archived',
      [list()],
      'GET /v1/organization/projects?limit=100&include_archived=true',
      undefined,
      undefined,
    ],
    [
      'projects archive a/b --tenant acme',
      [],
      'POST /v1/organization/projects/a%2Fb/archive',
      undefined,
      'acme',
    ],
    [
      'projects cache search 10m',
      [],
      'POST /v1/openclaw/projects/search',
      { response_cache: { ttl_seconds: 600 } },
      undefined,
    ],
    [
      'projects cache search off',
      [],
      'POST /v1/openclaw/projects/search',
      { response_cache: null },
      undefined,
    ],
    [
      'keys create --name n --project p --scope model:invoke jobs:read --model a b --from 192.0.2.0/24 --owner user_1 --expires-in 90d',
      [{ value: 'oc_x' }],
      'POST /v1/openclaw/projects/p/api_keys',
      {
        name: 'n',
        scopes: ['model:invoke', 'jobs:read'],
        allowed_models: ['a', 'b'],
        source_ranges: ['192.0.2.0/24'],
        owner_id: 'user_1',
        expires_in_seconds: 7_776_000,
      },
      undefined,
    ],
    [
      'keys create --name n --scope admin --tenant acme',
      [{ value: 'oc_x' }],
      'POST /v1/organization/admin_api_keys',
      { name: 'n' },
      'acme',
    ],
    [
      'keys list --project p',
      [list()],
      'GET /v1/organization/projects/p/api_keys?limit=100',
      undefined,
      undefined,
    ],
    ['keys list --admin', [list()], 'GET /v1/organization/admin_api_keys?limit=100', undefined, undefined],
    [
      'keys rotate k1 --overlap 2h --expires-in 1d',
      [{ value: 'oc_x', replaces: { expires_at: 0 } }],
      'POST /v1/openclaw/api_keys/k1/rotate',
      { overlap_seconds: 7_200, expires_in_seconds: 86_400 },
      undefined,
    ],
    [
      'keys revoke k1 --project p',
      [],
      'DELETE /v1/organization/projects/p/api_keys/k1',
      undefined,
      undefined,
    ],
    ['keys revoke k1 --admin', [], 'DELETE /v1/organization/admin_api_keys/k1', undefined, undefined],
  ])('%s', async (command, given, call, body, tenant) => {
    // Some commands look first.
    const looksFirst = /^tenants (resume|delete)/.test(command);
    answers = [...(looksFirst ? [{}] : []), ...given];
    await openclaw(...command.split(' '));
    expect(calls.at(-1)).toEqual({ call, tenant, body });
    expect(calls).toHaveLength(looksFirst ? 2 : 1);
  });

  it('prints a table of what there is', async () => {
    answers = [
      list(
        { id: 'k1', role: 'member', expires_at: null, last_used_at: 1_800_000_000, name: 'one' },
        { id: 'key-2', role: 'auditor', expires_at: 1_800_000_000, last_used_at: null, name: 'two' },
      ),
    ];
    await openclaw('keys', 'list');
    expect(printed).toBe(
      [
        'ID     ROLE     EXPIRES               LAST USED             NAME',
        'k1     member   -                     2027-01-15T08:00:00Z  one',
        'key-2  auditor  2027-01-15T08:00:00Z  -                     two',
        '',
      ].join('\n'),
    );
  });

  it('purges a tenant until nothing is left', async () => {
    answers = [
      { id: 'acme' },
      { status: 'deleting', removed: 100 },
      { status: 'deleting', removed: 7 },
      { status: 'deleted', removed: 0 },
    ];
    await openclaw('tenants', 'delete', 'acme', '--purge', '--yes');
    expect(calls.slice(1).map(({ call }) => call)).toEqual(
      Array.from({ length: 3 }, () => 'POST /v1/openclaw/tenants/acme/purge'),
    );
    expect(printed).toContain('107 items');
  });

  it('deletes nothing where nobody approves', async () => {
    await expect(openclaw('tenants', 'delete', 'acme')).rejects.toThrow('approve with --yes');
    expect(calls.map(({ call }) => call)).toEqual(['GET /v1/openclaw/tenants/acme']);
  });

  it.each([
    ['keys', 'create', '--expires-in', '90'],
    ['keys', 'create', '--expires-in', '-1d'],
    ['keys', 'rotate', 'k1', '--overlap', 'soon'],
    ['projects', 'cache', 'p', '1w'],
  ])('takes no duration such as that of %s %s %s %s', async (...args) => {
    await expect(openclaw(...args)).rejects.toThrow('a duration is a number with s, m, h or d');
    expect(calls).toEqual([]);
  });

  it.each([
    ['--scope', 'keys:write'],
    ['--scope', 'admin', 'model:invoke'],
  ])('makes a first key for calling models, or for administering: not %s %s %s', async (...scopes) => {
    await expect(openclaw('keys', 'create', '--bootstrap', ...scopes)).rejects.toThrow(
      'a first key has the scope model:invoke or admin',
    );
  });
});
