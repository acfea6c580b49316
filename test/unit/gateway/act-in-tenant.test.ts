import { describe, expect, it } from 'vitest';
import { actInTenant } from '../../../lib/gateway/steps/act-in-tenant.ts';
import { checkTenant } from '../../../lib/gateway/steps/check-tenant.ts';
import {
  implicitProject,
  implicitTenant,
  type Principal,
  type Role,
  type Tenant,
} from '../../../lib/tenancy/index.ts';

function principalOf(role: Role, parts: Partial<Principal> = {}): Principal {
  return {
    kind: 'api-key',
    keyId: 'k',
    tenantId: 'acme',
    homeTenantId: 'acme',
    projectId: 'search',
    role,
    permissions: new Set(),
    ...parts,
  };
}

const request = (headers: Record<string, string>) => ({ header: (name: string) => headers[name] });

describe('the tenant in which a caller acts', () => {
  it.each<[Role, Record<string, string>, string, string]>([
    ['member', {}, 'acme', 'search'],
    ['member', { 'openai-organization': 'acme', 'openai-project': 'search' }, 'acme', 'search'],
    ['member', { 'openai-organization': '', 'openai-project': '' }, 'acme', 'search'],
    ['platform-admin', {}, 'acme', 'search'],
    ['platform-admin', { 'openai-organization': 'acme' }, 'acme', 'search'],
    ['platform-admin', { 'openai-organization': 'globex' }, 'globex', ''],
    ['platform-admin', { 'openai-organization': 'platform' }, 'platform', ''],
  ])('of a %s with %j is %s', (role, headers, tenantId, projectId) => {
    expect(actInTenant(principalOf(role), request(headers))).toMatchObject({
      tenantId,
      projectId,
      homeTenantId: 'acme',
    });
  });

  it.each<[Role, Record<string, string>, string]>([
    ['member', { 'openai-organization': 'globex' }, 'mismatched_organization'],
    ['tenant-admin', { 'openai-organization': 'globex' }, 'mismatched_organization'],
    ['auditor', { 'openai-organization': 'no-such-tenant' }, 'mismatched_organization'],
    ['tenant-admin', { 'openai-organization': 'platform' }, 'mismatched_organization'],
    ['platform-admin', { 'openai-organization': 'a#b' }, 'mismatched_organization'],
    ['platform-admin', { 'openai-organization': 'x'.repeat(200) }, 'mismatched_organization'],
    ['member', { 'openai-project': 'other' }, 'mismatched_project'],
    ['platform-admin', { 'openai-organization': 'globex', 'openai-project': 'search' }, 'mismatched_project'],
  ])('is refused to a %s with %j', (role, headers, code) => {
    expect(() => actInTenant(principalOf(role), request(headers))).toThrow(
      expect.objectContaining({ status: 401, code }),
    );
  });

  it('says the same of a tenant that there is and of one that there is not', () => {
    const messages = ['globex', 'no-such-tenant'].map((name) => {
      try {
        return actInTenant(principalOf('member'), request({ 'openai-organization': name }));
      } catch (error) {
        return (error as { body: unknown }).body;
      }
    });
    expect(messages[0]).toEqual(messages[1]);
  });

  it('lets who is in several projects choose one', () => {
    const person = principalOf('member', { kind: 'person', projectIds: ['search', 'billing'] });
    expect(actInTenant(person, request({ 'openai-project': 'billing' })).projectId).toBe('billing');
    expect(() => actInTenant(person, request({ 'openai-project': 'secret' }))).toThrow(
      expect.objectContaining({ code: 'mismatched_project' }),
    );
  });
});

describe('a closed tenant', () => {
  const away: Partial<Principal> = { homeTenantId: 'operator' };
  it.each<[Tenant['status'], Role, Partial<Principal>, number | 'passes']>([
    ['active', 'member', {}, 'passes'],
    ['active', 'platform-admin', away, 'passes'],
    ['suspended', 'member', {}, 403],
    ['suspended', 'tenant-admin', {}, 403],
    ['suspended', 'auditor', {}, 403],
    ['suspended', 'platform-admin', {}, 'passes'],
    ['suspended', 'platform-admin', away, 'passes'],
    ['deleting', 'member', {}, 401],
    ['deleting', 'platform-admin', {}, 401],
    ['deleting', 'platform-admin', away, 'passes'],
    ['deleted', 'tenant-admin', {}, 401],
    ['deleted', 'platform-admin', away, 404],
  ])('that is %s: a %s %j %s', (status, role, parts, outcome) => {
    const tenant = { ...implicitTenant('acme'), status, createdAtMs: 1 };
    const check = () => checkTenant(principalOf(role, parts), tenant, undefined);
    if (outcome === 'passes') expect(check()).toBeUndefined();
    else expect(check).toThrow(expect.objectContaining({ status: outcome }));
  });

  it('that nobody described works for its own callers, and is unknown to the platform administrator', () => {
    const tenant = implicitTenant('acme');
    expect(checkTenant(principalOf('member'), tenant, undefined)).toBeUndefined();
    expect(() => checkTenant(principalOf('platform-admin', away), tenant, undefined)).toThrow(
      expect.objectContaining({ status: 404 }),
    );
  });

  it('has closed projects, too, which stop their keys and not who administers', () => {
    const project = { ...implicitProject('search'), status: 'archived' as const };
    const tenant = implicitTenant('acme');
    expect(() => checkTenant(principalOf('member'), tenant, project)).toThrow(
      expect.objectContaining({ status: 401, code: 'project_archived' }),
    );
    expect(checkTenant(principalOf('tenant-admin'), tenant, project)).toBeUndefined();
  });
});
