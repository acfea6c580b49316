import type { PolicySetting } from '../../../policy/access/index.ts';
import { platformTenantId } from '../../../tenancy/index.ts';
import { newId } from '../../../tenancy/new-id.ts';
import type { Route } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { type Answers, answers } from '../tenants/answers.ts';
import { openDirectory } from '../tenants/directory.ts';
import { pageQuery } from '../tenants/fields.ts';
import { listReply, seconds, wantedPage } from '../tenants/pages.ts';
import { PolicyStore } from './policy-store.ts';
import { policyQuestionRoutes } from './question-routes.ts';
import { policy, policyCreation, policyDeleted, policyList, policyUpdate } from './schemas.ts';
import { missingPolicy, readPolicy, requireValid } from './written-policy.ts';

const base = '/v1/openclaw/policies';

/** Who may use which model: a tenant's policies, and the platform's for who acts in the tenant `platform`. */
export function policiesRoutes(services: AdminServices): readonly Route[] {
  const store = new PolicyStore(services.documents);
  const { shows, changes } = answersIn(services);
  const routes: readonly Route[] = [
    ...policyQuestionRoutes(services, shows),
    {
      method: 'GET',
      path: base,
      operationId: 'listPolicies',
      summary: 'List the access policies',
      access: 'policies:read',
      query: pageQuery,
      response: { status: 200, description: 'Policies.', schema: policyList },
      handle: shows(async (call, tenantId) =>
        listReply(await store.page(tenantId, wantedPage(call)), describePolicy),
      ),
    },
    {
      method: 'POST',
      path: base,
      operationId: 'createPolicy',
      summary: 'Write an access policy, in Cedar or from a template; it works within a minute',
      access: 'policies:write',
      body: policyCreation,
      response: { status: 200, description: 'The policy.', schema: policy },
      errors: [409],
      handle: changes(async ({ body }, tenantId) => {
        const written = readPolicy(body);
        if (!written) throw missingPolicy();
        const now = Date.now();
        const setting: PolicySetting = {
          id: typeof body.id === 'string' ? body.id : newId('policy'),
          description: typeof body.description === 'string' ? body.description : '',
          enabled: body.enabled !== false,
          ...(await requireValid(tenantId, written)),
          createdAtMs: now,
          updatedAtMs: now,
        };
        return describePolicy(await store.create(tenantId, setting));
      }),
    },
    {
      method: 'GET',
      path: `${base}/{policy_id}`,
      operationId: 'retrievePolicy',
      summary: 'Retrieve one access policy',
      access: 'policies:read',
      response: { status: 200, description: 'The policy.', schema: policy },
      errors: [404],
      handle: shows(async ({ parameters }, tenantId) =>
        describePolicy(await store.get(tenantId, parameters.policy_id ?? '')),
      ),
    },
    {
      method: 'POST',
      path: `${base}/{policy_id}`,
      operationId: 'updatePolicy',
      summary: 'Change an access policy; it works within a minute',
      access: 'policies:write',
      body: policyUpdate,
      response: { status: 200, description: 'The policy, changed.', schema: policy },
      errors: [404, 409],
      handle: changes(async ({ parameters, body }, tenantId) => {
        const written = readPolicy(body);
        const checked = written && (await requireValid(tenantId, written));
        const changed = await store.change(
          tenantId,
          parameters.policy_id ?? '',
          ({ template, ...before }) => ({
            ...before,
            ...(!checked && template && { template }),
            ...checked,
            ...(typeof body.description === 'string' && { description: body.description }),
            ...(typeof body.enabled === 'boolean' && { enabled: body.enabled }),
            updatedAtMs: Date.now(),
          }),
        );
        return describePolicy(changed);
      }),
    },
    {
      method: 'DELETE',
      path: `${base}/{policy_id}`,
      operationId: 'deletePolicy',
      summary: 'Remove an access policy; it stops within a minute',
      access: 'policies:write',
      response: { status: 200, description: 'It is removed.', schema: policyDeleted },
      errors: [404],
      handle: changes(async ({ parameters: { policy_id: id = '' } }, tenantId) => {
        await store.remove(tenantId, id);
        return { id, object: 'openclaw.policy.deleted', deleted: true };
      }),
    },
  ];
  return routes.map((route) => ({ ...route, inPlatform: true }));
}

/** The platform is no tenant, and gets no tenant's record by a change. */
function answersIn(services: AdminServices): Pick<Answers, 'shows' | 'changes'> {
  const { shows, changes } = answers(services, openDirectory(services));
  return {
    shows,
    changes: (work) => {
      const inTenant = changes(work);
      const inPlatform = shows(async (call, tenantId) => {
        try {
          return await work(call, tenantId);
        } finally {
          services.settings.forget(tenantId);
        }
      });
      return (call) => (call.principal.tenantId === platformTenantId ? inPlatform(call) : inTenant(call));
    },
  };
}

function describePolicy(setting: PolicySetting) {
  const { id, description, enabled, policy: text, template, facts, createdAtMs, updatedAtMs } = setting;
  return {
    id,
    object: 'openclaw.policy',
    description,
    enabled,
    effect: facts.effect,
    policy: text,
    template: template?.name ?? null,
    parameters: template?.parameters ?? null,
    created_at: seconds(createdAtMs),
    updated_at: seconds(updatedAtMs),
  };
}
