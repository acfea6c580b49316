import type { PolicyProblem } from '../../../policy/access/check-policy.ts';
import { type AccessCase, decideCase } from '../../../policy/access/decide-case.ts';
import { AccessPolicies } from '../../../policy/access/index.ts';
import { policyTemplates } from '../../../policy/access/policy-templates.ts';
import { platformTenantId } from '../../../tenancy/index.ts';
import { ApiError } from '../../errors/api-error.ts';
import type { Route } from '../../route.ts';
import { unknownModel } from '../../steps/find-model.ts';
import type { AdminServices } from '../admin-services.ts';
import type { Answers } from '../tenants/answers.ts';
import { pageQuery } from '../tenants/fields.ts';
import { listReply, wantedPage } from '../tenants/pages.ts';
import { decision, decisionCase, policyTemplateList, policyValidation, policyValidity } from './schemas.ts';
import { checkOf, missingPolicy, readPolicy } from './written-policy.ts';

/** Routes that change nothing: what a policy would be, what would be decided, which templates there are. */
export function policyQuestionRoutes(services: AdminServices, shows: Answers['shows']): readonly Route[] {
  const { modelFacts, settings } = services;
  const policies = new AccessPolicies();
  return [
    {
      method: 'POST',
      path: '/v1/openclaw/policies/validate',
      operationId: 'validatePolicy',
      summary: 'Check a policy without storing it',
      access: 'policies:read',
      body: policyValidation,
      response: { status: 200, description: 'Whether it is valid, and why not.', schema: policyValidity },
      handle: shows(async ({ body }, tenantId) => {
        const written = readPolicy(body);
        if (!written) throw missingPolicy();
        const check = await checkOf(tenantId, written);
        return {
          object: 'openclaw.policy_validity',
          valid: check.valid,
          policy: written.policy,
          errors: check.valid ? [] : check.errors.map(describe),
          warnings: check.valid ? check.warnings.map(describe) : [],
        };
      }),
    },
    {
      method: 'POST',
      path: '/v1/openclaw/policies/decide',
      operationId: 'decidePolicies',
      summary: 'Tell what would be decided about a request, by the policies as they are now',
      access: 'policies:read',
      body: decisionCase,
      response: { status: 200, description: 'The decision.', schema: decision },
      errors: [404],
      handle: shows(async (call, tenantId) => {
        const wanted = call.body as unknown as AccessCase;
        requireResource(wanted);
        const model = wanted.model === undefined ? undefined : modelFacts(wanted.model);
        if (wanted.model !== undefined && !model) throw unknownModel(wanted.model);
        // As they are stored, whatever this process remembers.
        settings.forget(tenantId);
        settings.forget(platformTenantId);
        const [own, platform, project] = await Promise.all([
          settings.settings(tenantId),
          settings.settings(platformTenantId),
          wanted.who.project === undefined ? undefined : settings.project(tenantId, wanted.who.project),
        ]);
        const context = {
          ...(project?.dataClass !== undefined && { data_class: project.dataClass }),
          ...wanted.context,
        };
        const answer = decideCase(
          { ...wanted, context },
          {
            tenantId,
            policies: await policies.of(own, platform),
            residency: own.tenant.residency?.regions,
            model,
          },
        );
        return { object: 'openclaw.policy_decision', ...answer };
      }),
    },
    {
      method: 'GET',
      path: '/v1/openclaw/policy_templates',
      operationId: 'listPolicyTemplates',
      summary: 'List the templates from which policies can be made',
      access: 'policies:read',
      query: pageQuery,
      response: { status: 200, description: 'Templates.', schema: policyTemplateList },
      handle: shows(async (call) => {
        const { limit, after } = wantedPage(call);
        const start = policyTemplates.findIndex(({ name }) => name === after) + 1;
        const items = policyTemplates.slice(start, start + limit);
        return listReply({ items, hasMore: start + limit < policyTemplates.length }, (template) => ({
          id: template.name,
          object: 'openclaw.policy_template',
          description: template.description,
          parameters: template.parameters.map(({ form, ...parameter }) => ({
            ...parameter,
            pattern: form.source,
          })),
        }));
      }),
    },
  ];
}

function requireResource({ action, model, vector_store }: AccessCase): void {
  const [param, given, other] =
    action === 'readDocuments' ? ['vector_store', vector_store, model] : ['model', model, vector_store];
  if (given === undefined) {
    throw new ApiError(400, `Missing required parameter: '${param}'.`, {
      param: String(param),
      code: 'missing_required_parameter',
    });
  }
  if (other !== undefined) {
    const extra = action === 'readDocuments' ? 'model' : 'vector_store';
    throw new ApiError(400, `The action ${action} does not take the parameter '${extra}'.`, {
      param: extra,
      code: 'unsupported_parameter',
    });
  }
}

function describe({ message, help, start, end }: PolicyProblem) {
  return { message, help: help ?? null, start, end };
}
