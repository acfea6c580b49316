import { createHmac } from 'node:crypto';
import { base64url } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type IssuerConfiguration, signIn as schema } from '../../../../lib/config/sign-in.ts';
import { Invites } from '../../../../lib/tenancy/invites.ts';
import { Members } from '../../../../lib/tenancy/members.ts';
import { type SignedIn, SignIn } from '../../../../lib/tenancy/sign-in/sign-in.ts';
import { looksLikeToken } from '../../../../lib/tenancy/sign-in/token-form.ts';
import { LocalIssuer } from '../../../support/local-issuer.ts';
import { MemoryDocuments } from '../../../support/memory-documents.ts';

let issuer: LocalIssuer;
let other: LocalIssuer;
let documents: MemoryDocuments;
let members: Members;
let nowMs: number;

beforeEach(async () => {
  [issuer, other] = await Promise.all([LocalIssuer.start(), LocalIssuer.start()]);
  documents = new MemoryDocuments();
  members = new Members(documents);
  nowMs = Date.now();
  await addAda();
});

afterEach(async () => {
  await Promise.all([issuer.stop(), other.stop()]);
});

const verified = { email: 'ada@example.com', email_verified: true, name: 'Ada' };

function addAda(tenantId = 'acme', projects: readonly string[] = ['search']) {
  return members.add(tenantId, { email: 'ada@example.com', name: 'Ada', role: 'member', projects });
}

function signInWith(extra: Partial<IssuerConfiguration> = {}): SignIn {
  const { issuers } = schema.parse({ issuers: [{ issuer: issuer.url, audience: 'app', ...extra }] });
  return new SignIn({ issuers, documents, cacheMs: 60_000, now: () => nowMs });
}

const seconds = (offset: number) => Math.floor(nowMs / 1_000) + offset;

function reasonOf(signedIn: SignedIn): string {
  return signedIn.accepted ? 'accepted' : signedIn.reason;
}

describe('a token of an issuer', () => {
  it('tells who calls, in which tenant, project and role', async () => {
    const signedIn = await signInWith().authenticate(await issuer.sign(verified), 'acme');
    const [ada] = (await members.page('acme', { limit: 1 })).items;
    expect(signedIn).toEqual({
      accepted: true,
      principal: {
        kind: 'person',
        keyId: ada?.id,
        userId: ada?.id,
        tenantId: 'acme',
        homeTenantId: 'acme',
        projectId: 'search',
        projectIds: ['search'],
        role: 'member',
        permissions: expect.any(Set),
      },
    });
    expect(signedIn.accepted && signedIn.principal.permissions.has('model:invoke')).toBe(true);
    expect(signedIn.accepted && signedIn.principal.permissions.has('policies:write')).toBe(false);
  });

  it.each(['RS256', 'ES256', 'PS256', 'ES384', 'EdDSA'] as const)(
    'is accepted when signed with %s, as configured',
    async (algorithm) => {
      await issuer.rotate(algorithm);
      const token = await issuer.sign(verified);
      expect(reasonOf(await signInWith({ algorithms: [algorithm] }).authenticate(token, 'acme'))).toBe(
        'accepted',
      );
    },
  );

  it('may be for one of several audiences', async () => {
    const token = await issuer.sign({ ...verified, aud: ['another', 'app'] });
    expect(reasonOf(await signInWith({ audience: ['x', 'app'] }).authenticate(token, 'acme'))).toBe(
      'accepted',
    );
  });

  it('may be an access token of Cognito, which names its client elsewhere', async () => {
    const signIn = signInWith();
    await signIn.authenticate(await issuer.sign({ ...verified, token_use: 'id' }), 'acme');
    const access = (claims: object) =>
      issuer.sign({ aud: undefined, token_use: 'access', client_id: 'app', ...claims });
    expect(reasonOf(await signIn.authenticate(await access({}), 'acme'))).toBe('accepted');
    expect(reasonOf(await signIn.authenticate(await access({ client_id: 'another' }), 'acme'))).toBe(
      'token-audience',
    );
    expect(reasonOf(await signIn.authenticate(await access({ token_use: 'refresh' }), 'acme'))).toBe(
      'token-audience',
    );
    expect(reasonOf(await signIn.authenticate(await access({ token_use: undefined }), 'acme'))).toBe(
      'token-audience',
    );
    expect(reasonOf(await signIn.authenticate(await access({ aud: 'another' }), 'acme'))).toBe(
      'token-audience',
    );
  });

  it.each<[string, () => Promise<string> | string, string]>([
    ['is for another audience', () => issuer.sign({ ...verified, aud: 'another' }), 'token-audience'],
    ['is for nobody in particular', () => issuer.sign({ ...verified, aud: undefined }), 'token-audience'],
    [
      'is for a client of ours, and no access token',
      () => issuer.sign({ ...verified, aud: undefined, client_id: 'app' }),
      'token-audience',
    ],
    ['is of an issuer that is not configured', () => other.sign(verified), 'token-issuer'],
    [
      'names an issuer that is ours but for a slash',
      () => issuer.sign({ ...verified, iss: `${issuer.url}/` }),
      'token-issuer',
    ],
    ['names no issuer', () => issuer.sign({ ...verified, iss: undefined }), 'token-issuer'],
    [
      'is signed with the key of another issuer',
      () => other.sign({ ...verified, iss: issuer.url }),
      'token-key',
    ],
    ['never ends', () => issuer.sign({ ...verified, exp: undefined }), 'token-claims'],
    ['ends at no time', () => issuer.sign({ ...verified, exp: 'tomorrow' }), 'token-claims'],
    ['is of nobody', () => issuer.sign({ ...verified, sub: undefined }), 'token-claims'],
    ['is of an empty subject', () => issuer.sign({ ...verified, sub: '' }), 'token-claims'],
    ['is of an endless subject', () => issuer.sign({ ...verified, sub: 'x'.repeat(513) }), 'token-claims'],
    ['is for signing out', () => issuer.sign(verified, { header: { typ: 'logout+jwt' } }), 'token-type'],
    [
      'is signed with an algorithm that is not configured',
      async () => {
        await issuer.rotate('PS256');
        return issuer.sign(verified);
      },
      'token-algorithm',
    ],
    ['is not signed', async () => unsigned(await issuer.sign(verified), 'none'), 'token-algorithm'],
    [
      'is not signed, and shouts it',
      async () => unsigned(await issuer.sign(verified), 'NONE'),
      'token-algorithm',
    ],
    [
      'is signed with the public key as a secret',
      async () => {
        const [, payload = ''] = (await issuer.sign(verified)).split('.');
        const kid = JSON.parse(
          Buffer.from((await issuer.sign(verified)).split('.')[0] ?? '', 'base64url').toString(),
        ).kid;
        const signed = `${base64url.encode(JSON.stringify({ alg: 'HS256', kid }))}.${payload}`;
        const mac = createHmac('sha256', await issuer.publicKey())
          .update(signed)
          .digest('base64url');
        return `${signed}.${mac}`;
      },
      'token-algorithm',
    ],
    [
      'brings its own key',
      async () => {
        const jwk = JSON.parse(JSON.stringify({ kty: 'oct', k: 'c2VjcmV0' }));
        return issuer.sign(verified, { header: { jwk, jku: `${other.url}/keys`, kid: 'another' } });
      },
      'token-key',
    ],
    [
      'was changed',
      async () => {
        const [header, , signature] = (await issuer.sign(verified)).split('.');
        const [, payload] = (await issuer.sign({ ...verified, sub: 'eve' })).split('.');
        return `${header}.${payload}.${signature}`;
      },
      'token-signature',
    ],
    [
      'has a signature that was cut',
      async () => (await issuer.sign(verified)).slice(0, -20),
      'token-signature',
    ],
    [
      'demands what is not understood',
      () => issuer.sign(verified, { header: { crit: ['x'], x: 1 } }),
      'token-malformed',
    ],
    ['is longer than any', () => issuer.sign({ ...verified, more: 'x'.repeat(9_000) }), 'token-too-long'],
    ['has no payload', () => 'eyJhbGciOiJub25lIn0..', 'token-malformed'],
    ['is no JSON', () => 'eyJhbGciOiJub25lIn0.eyJ.x', 'token-malformed'],
    ['has a list for a payload', () => `eyJhbGciOiJub25lIn0.${base64url.encode('[]')}.x`, 'token-malformed'],
  ])('is refused where it %s', async (_what, make, reason) => {
    const signIn = signInWith();
    // Its keys are there: what is refused is refused for what it is.
    await signIn.authenticate(await issuer.sign(verified), 'acme');
    nowMs += 31_000;
    const signedIn = await signIn.authenticate(await make(), 'acme');
    expect(reasonOf(signedIn)).toBe(reason);
    expect(other.requests).toEqual([]);
  });

  it.each<[string, number, object, string]>([
    ['ended 59 seconds ago', 60, { exp: -59 }, 'accepted'],
    ['ended 61 seconds ago', 60, { exp: -61 }, 'token-expired'],
    ['ended just now, by exact clocks', 0, { exp: 0 }, 'token-expired'],
    ['ended 5 minutes ago, by clocks that differ as much', 300, { exp: -299 }, 'accepted'],
    ['ended more than 5 minutes ago', 300, { exp: -301 }, 'token-expired'],
    ['begins in 59 seconds', 60, { nbf: 59 }, 'accepted'],
    ['begins in 61 seconds', 60, { nbf: 61 }, 'token-not-yet-valid'],
    ['begins in 5 minutes, by clocks that differ as much', 300, { nbf: 299 }, 'accepted'],
    ['was issued in 59 seconds', 60, { iat: 59 }, 'accepted'],
    ['was issued in 61 seconds', 60, { iat: 61 }, 'token-not-yet-valid'],
    ['was issued in 5 minutes, by clocks that differ as much', 300, { iat: 299 }, 'accepted'],
  ])('that %s, with a tolerance of %i s', async (_what, clockToleranceSeconds, offsets, expected) => {
    nowMs = Math.floor(nowMs / 1_000) * 1_000;
    const times = Object.fromEntries(
      Object.entries(offsets).map(([claim, offset]) => [claim, seconds(offset)]),
    );
    const token = await issuer.sign({ ...verified, ...times });
    expect(reasonOf(await signInWith({ clockToleranceSeconds }).authenticate(token, 'acme'))).toBe(expected);
  });

  it('that was accepted is refused once it has ended', async () => {
    const signIn = signInWith();
    const token = await issuer.sign({ ...verified, exp: seconds(100) });
    expect(reasonOf(await signIn.authenticate(token, 'acme'))).toBe('accepted');
    nowMs += 159_000;
    expect(reasonOf(await signIn.authenticate(token, 'acme'))).toBe('accepted');
    nowMs += 2_000;
    expect(reasonOf(await signIn.authenticate(token, 'acme'))).toBe('token-expired');
  });
});

function unsigned(token: string, algorithm: string): string {
  const [, payload] = token.split('.');
  return `${base64url.encode(JSON.stringify({ alg: algorithm }))}.${payload}.`;
}

describe('what looks like a token', () => {
  it('is no key, and no key looks like one', async () => {
    expect(looksLikeToken(await issuer.sign())).toBe(true);
    for (const text of ['oc_dev_abc_def', 'eyJ', 'eyJ.a', 'a.b.c', 'eyJ.a.b.c', ''])
      expect(looksLikeToken(text)).toBe(false);
  });
});

describe('the keys of an issuer', () => {
  it('are fetched once for many tokens, also at the same time', async () => {
    const signIn = signInWith();
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_, n) => issuer.sign({ ...verified, sub: `u${n}` })),
    );
    await Promise.all(tokens.map((token) => signIn.authenticate(token, 'acme')));
    expect(issuer.requests).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it('are fetched from where the configuration says', async () => {
    const signIn = signInWith({ jwksUri: `${issuer.url}/keys` });
    expect(reasonOf(await signIn.authenticate(await issuer.sign(verified), 'acme'))).toBe('accepted');
    expect(issuer.requests).toEqual(['/keys']);
  });

  it('are fetched again for a key that is new, but not more than twice a minute', async () => {
    const signIn = signInWith({ jwksUri: `${issuer.url}/keys` });
    expect(reasonOf(await signIn.authenticate(await issuer.sign(verified), 'acme'))).toBe('accepted');
    await issuer.rotate();
    const token = await issuer.sign(verified);
    // Just fetched: somebody could make us ask for each request with a key that there is not.
    expect(reasonOf(await signIn.authenticate(token, 'acme'))).toBe('token-key');
    nowMs += 30_000;
    expect(reasonOf(await signIn.authenticate(token, 'acme'))).toBe('accepted');
    const invented = await other.sign({ ...verified, iss: issuer.url });
    for (let count = 0; count < 10; count += 1) {
      nowMs += 1_000;
      expect(reasonOf(await signIn.authenticate(invented, 'acme'))).toBe('token-key');
    }
    expect(issuer.requests).toHaveLength(2);
  });

  it('that are withdrawn stop within ten minutes', async () => {
    const signIn = signInWith({ jwksUri: `${issuer.url}/keys` });
    const old = await issuer.rotate();
    const token = await issuer.sign({ ...verified, exp: seconds(3_000) });
    expect(reasonOf(await signIn.authenticate(token, 'acme'))).toBe('accepted');
    await issuer.rotate();
    issuer.withdraw(old);
    nowMs += 601_000;
    expect(reasonOf(await signIn.authenticate(token, 'acme'))).toBe('token-key');
  });

  it('are good for an hour while the issuer does not answer', async () => {
    const signIn = signInWith({ jwksUri: `${issuer.url}/keys` });
    const sign = () => issuer.sign({ ...verified, exp: seconds(300) });
    expect(reasonOf(await signIn.authenticate(await sign(), 'acme'))).toBe('accepted');
    issuer.answer = (_path, response) => Boolean(response.writeHead(500).end());
    nowMs += 59 * 60_000;
    expect(reasonOf(await signIn.authenticate(await sign(), 'acme'))).toBe('accepted');
    nowMs += 2 * 60_000;
    await expect(signIn.authenticate(await sign(), 'acme')).rejects.toThrow('no keys of');
    issuer.answer = undefined;
    nowMs += 31_000;
    expect(reasonOf(await signIn.authenticate(await sign(), 'acme'))).toBe('accepted');
  });

  it.each<[string, (path: string, response: import('node:http').ServerResponse) => boolean]>([
    ['does not answer well', (_path, response) => Boolean(response.writeHead(503).end())],
    ['answers no JSON', (_path, response) => Boolean(response.end('<html>'))],
    ['answers a list', (_path, response) => Boolean(response.end('[]'))],
    ['answers no keys', (path, response) => path === '/keys' && Boolean(response.end('{"keys":"none"}'))],
    [
      'answers without end',
      (path, response) => path === '/keys' && Boolean(response.end('x'.repeat(600_000))),
    ],
    [
      'sends us elsewhere',
      (_path, response) => Boolean(response.writeHead(302, { location: '/keys' }).end()),
    ],
    [
      'describes another issuer',
      (path, response) =>
        path !== '/keys' &&
        Boolean(
          response.end(
            JSON.stringify({ issuer: 'https://evil.example', jwks_uri: 'https://evil.example/keys' }),
          ),
        ),
    ],
    [
      'has its keys where anybody can change them',
      (path, response) =>
        path !== '/keys' &&
        Boolean(response.end(JSON.stringify({ issuer: issuer.url, jwks_uri: 'http://evil.example/keys' }))),
    ],
  ])('of one that %s are none, and that is nobody’s fault who calls', async (_what, answer) => {
    issuer.answer = answer;
    await expect(signInWith().authenticate(await issuer.sign(verified), 'acme')).rejects.toThrow(
      'no keys of',
    );
  });
});

describe('the tenant of a person', () => {
  it('is the one that the request names', async () => {
    await addAda('globex', ['a', 'b']);
    const signIn = signInWith();
    const signedIn = await signIn.authenticate(await issuer.sign(verified), 'globex');
    expect(signedIn).toMatchObject({
      principal: { tenantId: 'globex', projectId: '', projectIds: ['a', 'b'] },
    });
    expect(reasonOf(await signIn.authenticate(await issuer.sign(verified), undefined))).toBe('no-tenant');
  });

  it.each<[string, unknown, string | undefined, string]>([
    ['the claim', 'acme', undefined, 'acme'],
    ['the claim, though the request names another', 'acme', 'globex', 'acme'],
    ['the one of several that the request names', ['acme', 'globex'], 'globex', 'globex'],
    ['nowhere, of several', ['acme', 'globex'], undefined, 'no-tenant'],
    ['nowhere, of none', [], 'acme', 'no-tenant'],
    ['nowhere, without the claim', undefined, 'acme', 'no-tenant'],
    ['nowhere, with a claim that is no name', 42, 'acme', 'no-tenant'],
  ])('is by a claim %s', async (_what, claim, wanted, expected) => {
    await addAda('globex');
    const signIn = signInWith({ tenantClaim: 'org' });
    const signedIn = await signIn.authenticate(await issuer.sign({ ...verified, org: claim }), wanted);
    expect(signedIn.accepted ? signedIn.principal.tenantId : signedIn.reason).toBe(expected);
  });

  it('is none that its issuer may not sign people into', async () => {
    await addAda('globex');
    const signIn = signInWith({ tenants: ['acme'] });
    const token = await issuer.sign(verified);
    expect(reasonOf(await signIn.authenticate(token, 'acme'))).toBe('accepted');
    expect(reasonOf(await signIn.authenticate(token, 'globex'))).toBe('no-membership');
  });

  it.each(['platform', 'nothing', 'a#b', '', 'x'.repeat(200)])('is not %j', async (tenantId) => {
    const signedIn = await signInWith().authenticate(await issuer.sign(verified), tenantId);
    expect(reasonOf(signedIn)).toBe('no-membership');
  });
});

describe('the membership of a person', () => {
  const stranger = { email: 'eve@example.com', email_verified: true };

  it('is tied to the identity of the first sign-in, whatever the address from then on', async () => {
    const signIn = signInWith();
    await signIn.authenticate(await issuer.sign(verified), 'acme');
    const renamed = await issuer.sign({ email: 'ada.lovelace@example.com', email_verified: true });
    expect(reasonOf(await signIn.authenticate(renamed, 'acme'))).toBe('accepted');
    const impostor = await issuer.sign({ ...verified, sub: 'eve' });
    expect(reasonOf(await signIn.authenticate(impostor, 'acme'))).toBe('no-membership');
  });

  it.each<[string, Record<string, unknown>]>([
    ['is not checked', { email: 'ada@example.com' }],
    ['is said not to be checked', { email: 'ada@example.com', email_verified: false }],
    ['is checked in an odd way', { email: 'ada@example.com', email_verified: 'yes' }],
    ['is no text', { email: ['ada@example.com'], email_verified: true }],
  ])('is not found by an address that %s', async (_what, claims) => {
    expect(reasonOf(await signInWith().authenticate(await issuer.sign(claims), 'acme'))).toBe(
      'no-membership',
    );
  });

  it('is made of an invite to the address', async () => {
    const invites = new Invites(documents, members);
    await invites.create('acme', { email: 'Eve@Example.com', role: 'auditor', projects: [] });
    const signedIn = await signInWith().authenticate(await issuer.sign({ ...stranger, sub: 'eve' }), 'acme');
    expect(signedIn).toMatchObject({ principal: { role: 'auditor', projectId: '' } });
    expect(await members.findByEmail('acme', 'eve@example.com')).toMatchObject({
      identity: { issuer: issuer.url, subject: 'eve' },
    });
  });

  it('is made once of several requests at the same time', async () => {
    await new Invites(documents, members).create('acme', {
      email: 'eve@example.com',
      role: 'member',
      projects: [],
    });
    const token = await issuer.sign({ ...stranger, sub: 'eve' });
    const all = await Promise.all(Array.from({ length: 5 }, () => signInWith().authenticate(token, 'acme')));
    expect(all.map(reasonOf)).toEqual(Array(5).fill('accepted'));
    expect((await members.page('acme', { limit: 10 })).items).toHaveLength(2);
  });

  it('works within seconds for who was a stranger just now', async () => {
    const signIn = signInWith();
    const token = await issuer.sign({ ...stranger, sub: 'eve' });
    expect(reasonOf(await signIn.authenticate(token, 'acme'))).toBe('no-membership');
    await members.add('acme', { email: 'eve@example.com', name: 'Eve', role: 'member', projects: [] });
    nowMs += 5_001;
    expect(reasonOf(await signIn.authenticate(token, 'acme'))).toBe('accepted');
  });

  it('ends within a minute of its removal, and its role and projects change as soon', async () => {
    const signIn = signInWith();
    const token = await issuer.sign(verified);
    const first = await signIn.authenticate(token, 'acme');
    const id = first.accepted ? first.principal.keyId : '';
    await members.change('acme', id, (member) => ({ ...member, role: 'tenant-admin' }), { byMember: false });
    nowMs += 60_001;
    expect(await signIn.authenticate(token, 'acme')).toMatchObject({ principal: { role: 'tenant-admin' } });
    await members.remove('acme', id, async () => undefined, { byMember: false });
    nowMs += 60_001;
    expect(reasonOf(await signIn.authenticate(token, 'acme'))).toBe('no-membership');
  });

  it('is looked up once in a minute', async () => {
    const signIn = signInWith();
    const token = await issuer.sign(verified);
    await signIn.authenticate(token, 'acme');
    documents.get = () => Promise.reject(new Error('asked again'));
    expect(reasonOf(await signIn.authenticate(token, 'acme'))).toBe('accepted');
  });

  it('that could not be looked up is looked up again', async () => {
    const signIn = signInWith();
    const token = await issuer.sign(verified);
    const { get } = documents;
    documents.get = () => Promise.reject(new Error('no answer'));
    await expect(signIn.authenticate(token, 'acme')).rejects.toThrow('no answer');
    documents.get = get;
    expect(reasonOf(await signIn.authenticate(token, 'acme'))).toBe('accepted');
  });
});

describe('the configuration of sign-in', () => {
  it.each<[string, Record<string, unknown>]>([
    ['over http', { issuer: 'http://login.example.com', audience: 'a' }],
    ['that is no address', { issuer: 'login', audience: 'a' }],
    ['without an audience', { issuer: 'https://login.example.com' }],
    ['for an empty audience', { issuer: 'https://login.example.com', audience: '' }],
    ['with no signatures', { issuer: 'https://login.example.com', audience: 'a', algorithms: ['none'] }],
    ['with shared secrets', { issuer: 'https://login.example.com', audience: 'a', algorithms: ['HS256'] }],
    ['without algorithms', { issuer: 'https://login.example.com', audience: 'a', algorithms: [] }],
    [
      'by clocks of another day',
      { issuer: 'https://login.example.com', audience: 'a', clockToleranceSeconds: 3_600 },
    ],
    [
      'with keys over http',
      { issuer: 'https://login.example.com', audience: 'a', jwksUri: 'http://x.example/keys' },
    ],
  ])('knows no issuer %s', (_what, wanted) => {
    expect(schema.safeParse({ issuers: [wanted] }).success).toBe(false);
  });

  it('names each issuer once', () => {
    const one = { issuer: 'https://login.example.com', audience: 'a' };
    expect(schema.safeParse({ issuers: [one] }).success).toBe(true);
    expect(schema.safeParse({ issuers: [one, one] }).success).toBe(false);
  });
});
