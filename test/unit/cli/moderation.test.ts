import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgram } from '../../../lib/cli/program.ts';

let server: Server;
let url: string;
let seen: string[];
let answers: { status: number; body: object }[];
let printed: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push(`${request.method} ${request.url}${body === '' ? '' : ` ${body}`}`);
    const answer = answers.shift() ?? { status: 500, body: {} };
    response.writeHead(answer.status).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});

afterAll(() => server.close());

beforeEach(() => {
  seen = [];
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
});

afterEach(() => void vi.restoreAllMocks());

const request = (id: string, extra: object = {}) => ({
  id,
  status: 'held',
  model: 'chat',
  project_id: 'search',
  created_at: 1_700_000_000,
  moderation: { categories: ['violence', 'hate'] },
  claim: null,
  ...extra,
});

function run(...args: string[]): Promise<unknown> {
  return createProgram().parseAsync(['node', 'openclaw', 'moderation', ...args, '--url', url, '--key', 'k']);
}

describe('openclaw moderation', () => {
  it('lists the queue, a line for each request, over all pages', async () => {
    const claim = { by: { key_id: 'ada' }, expires_at: 1_700_000_900 };
    answers = [
      { status: 200, body: { data: [request('job_1')], has_more: true, last_id: 'job_5' } },
      { status: 200, body: { data: [], has_more: true, last_id: 'job_8' } },
      { status: 200, body: { data: [request('job_9', { claim })], has_more: false, last_id: 'job_9' } },
    ];
    await run('list', '--category', 'violence', '--project', 'search');
    expect(seen).toEqual([
      'GET /v1/openclaw/moderation/requests?limit=100&status=held&category=violence&project_id=search',
      'GET /v1/openclaw/moderation/requests?limit=100&status=held&category=violence&project_id=search&after=job_5',
      'GET /v1/openclaw/moderation/requests?limit=100&status=held&category=violence&project_id=search&after=job_8',
    ]);
    expect(printed.split('\n')).toEqual([
      'job_1\theld\tviolence,hate\tsearch\tchat\t2023-11-14T22:13:20Z',
      'job_9\theld\tviolence,hate\tsearch\tchat\t2023-11-14T22:13:20Z\tclaimed by ada until 2023-11-14T22:28:20Z',
      '',
    ]);
  });

  it.each([
    [['show', 'job_1'], 'GET /v1/openclaw/moderation/requests/job_1'],
    [['claim', 'job_1'], 'POST /v1/openclaw/moderation/requests/job_1/claim'],
    [
      ['approve', 'job_1', '--reason', 'fine'],
      'POST /v1/openclaw/moderation/requests/job_1/decision {"decision":"approve","reason":"fine"}',
    ],
    [
      ['reject', 'job_1', '--reason', 'not here'],
      'POST /v1/openclaw/moderation/requests/job_1/decision {"decision":"reject","reason":"not here"}',
    ],
    [['appeal', 'job_1', '--text', 'please'], 'POST /v1/openclaw/jobs/job_1/appeal {"text":"please"}'],
    [['show', '../keys'], 'GET /v1/openclaw/moderation/requests/..%2Fkeys'],
  ])('%j', async (args, call) => {
    answers = [{ status: 200, body: request('job_1') }];
    await run(...args);
    expect(seen).toEqual([call]);
    expect(printed).toContain('job_1');
  });

  it('says what the API refused', async () => {
    answers = [{ status: 409, body: { error: { message: 'Claim it first.', code: 'not_claimed' } } }];
    await expect(run('approve', 'job_1', '--reason', 'fine')).rejects.toThrow(
      'Claim it first. (409, not_claimed)',
    );
  });
});
