import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signIn as schema } from '../../../lib/config/sign-in.ts';
import { Members } from '../../../lib/tenancy/members.ts';
import { SignIn } from '../../../lib/tenancy/sign-in/sign-in.ts';
import { LocalIssuer } from '../../support/local-issuer.ts';
import { MemoryDocuments } from '../../support/memory-documents.ts';
import { type CallOptions, testGateway } from './support/test-gateway.ts';

let issuer: LocalIssuer;
let members: Members;
let documents: MemoryDocuments;

beforeEach(async () => {
  issuer = await LocalIssuer.start();
  documents = new MemoryDocuments();
  members = new Members(documents);
  const ada = {
    email: 'ada@example.com',
    name: 'Ada',
    role: 'member',
    projects: ['search', 'billing'],
  } as const;
  await members.add('acme', ada);
});

afterEach(() => issuer.stop());

function gatewayOf({ hasIssuer = true } = {}) {
  const { issuers } = schema.parse({ issuers: [{ issuer: issuer.url, audience: 'app' }] });
  const signIn = new SignIn({ issuers, documents, cacheMs: 60_000 });
  const called = new Error('a model was called');
  const gateway = testGateway({
    route: () => Promise.reject(called),
    ...(hasIssuer && { services: { signIn: async () => signIn } }),
  });
  const ask = async (token: string, headers: Record<string, string> = {}) => {
    const options: CallOptions = {
      headers: { authorization: `Bearer ${token}`, 'openai-organization': 'acme', ...headers },
      body: { model: 'chat', messages: [{ role: 'user', content: 'Hello' }] },
    };
    const response = await gateway.call('/v1/chat/completions', options);
    const { error } = (await response.json()) as { error: { code: string } };
    return { status: response.status, code: error.code };
  };
  return { ...gateway, ask };
}

const verified = { email: 'ada@example.com', email_verified: true };

describe('a person', () => {
  it('calls models in the project that the request names, and records say so', async () => {
    const { ask, records } = gatewayOf();
    const token = await issuer.sign(verified);
    expect((await ask(token, { 'openai-project': 'billing' })).status).toBe(500);
    const [ada] = (await members.page('acme', { limit: 1 })).items;
    expect(records[0]).toMatchObject({
      tenantId: 'acme',
      phase: 'intent',
      record: { tenantId: 'acme', projectId: 'billing', keyId: ada?.id },
    });
  });

  it('does not call in a project that is not its own', async () => {
    const { ask } = gatewayOf();
    const token = await issuer.sign(verified);
    expect(await ask(token, { 'openai-project': 'secret' })).toEqual({
      status: 401,
      code: 'mismatched_project',
    });
  });

  it('has the permissions of its role and no others', async () => {
    const { call } = gatewayOf();
    const headers = { authorization: `Bearer ${await issuer.sign(verified)}`, 'openai-organization': 'acme' };
    expect((await call('/v1/models', { headers })).status).toBe(200);
  });

  it.each<[string, Record<string, string>, object]>([
    ['of another tenant', { 'openai-organization': 'globex' }, { status: 403, code: 'no_membership' }],
    ['of the platform', { 'openai-organization': 'platform' }, { status: 403, code: 'no_membership' }],
    ['who names no tenant', { 'openai-organization': '' }, { status: 400, code: 'missing_organization' }],
  ])('%s is refused', async (_what, headers, expected) => {
    const { ask } = gatewayOf();
    expect(await ask(await issuer.sign(verified), headers)).toEqual(expected);
  });
});

describe('a token that is refused', () => {
  it('is recorded like a refused key: why and from where, and neither the token nor whose it is', async () => {
    const { ask, records } = gatewayOf();
    const token = await issuer.sign({ ...verified, exp: 1 });
    expect(await ask(token)).toEqual({ status: 401, code: 'invalid_token' });
    expect(records).toEqual([
      {
        tenantId: 'platform',
        phase: 'refused',
        record: expect.objectContaining({
          reason: 'token-expired',
          issuer: issuer.url,
          sourceIp: '192.0.2.7',
        }),
      },
    ]);
    const text = JSON.stringify(records);
    expect(text).not.toContain(token.split('.')[2]);
    expect(text).not.toContain('ada');
  });

  it('is told the same for every reason', async () => {
    const { call } = gatewayOf();
    const tokens = await Promise.all([
      issuer.sign({ ...verified, exp: 1 }),
      issuer.sign({ ...verified, aud: 'another' }),
      issuer.sign({ ...verified, iss: 'https://nobody.example' }),
    ]);
    const bodies = await Promise.all(
      tokens.map(async (token) =>
        (await call('/v1/models', { headers: { authorization: `Bearer ${token}` } })).text(),
      ),
    );
    expect(new Set(bodies).size).toBe(1);
  });

  it('because its issuer does not answer is worth another try', async () => {
    issuer.answer = (_path, response) => Boolean(response.writeHead(500).end());
    const { ask } = gatewayOf();
    expect(await ask(await issuer.sign(verified))).toEqual({ status: 503, code: 'sign_in_unavailable' });
  });

  it('where nobody signs in is a key that is not valid', async () => {
    const { ask } = gatewayOf({ hasIssuer: false });
    expect(await ask(await issuer.sign(verified))).toEqual({ status: 401, code: 'invalid_api_key' });
    expect(issuer.requests).toEqual([]);
  });
});

describe('an API key', () => {
  it('works beside tokens', async () => {
    const { ask, apiKey } = gatewayOf();
    expect((await ask(apiKey)).status).toBe(500);
    expect(issuer.requests).toEqual([]);
  });
});
