import type { JsonObject } from '../../../plugin/index.ts';
import { checkPolicy, type PolicyCheck, type PolicyProblem } from '../../../policy/access/check-policy.ts';
import type { PolicySetting, TemplateParameters } from '../../../policy/access/index.ts';
import { fillTemplate, TemplateProblem } from '../../../policy/access/policy-templates.ts';
import { platformTenantId } from '../../../tenancy/index.ts';
import { ApiError } from '../../errors/api-error.ts';

/** What a request says of a policy's text. */
export type WrittenPolicy = Pick<PolicySetting, 'policy' | 'template'>;

/**
 * The text of a policy as the body of a request gives it, or as a template makes it.
 *
 * @returns undefined where the body gives neither
 * @throws ApiError 400
 */
export function readPolicy({ policy, template, parameters }: JsonObject): WrittenPolicy | undefined {
  if (typeof template === 'string') {
    if (policy !== undefined) throw invalid('Give either policy or template, not both.', 'policy');
    const given = (parameters ?? {}) as TemplateParameters;
    return { policy: fill(template, given), template: { name: template, parameters: given } };
  }
  if (parameters !== undefined) throw invalid('parameters go with a template.', 'parameters');
  return typeof policy === 'string' ? { policy } : undefined;
}

export function checkOf(tenantId: string, { policy }: WrittenPolicy): Promise<PolicyCheck> {
  return checkPolicy(policy, tenantId === platformTenantId ? 'platform' : 'tenant');
}

/**
 * Checks a policy that is to be stored.
 *
 * @throws ApiError 400 with each error's line, column and reason
 */
export async function requireValid(
  tenantId: string,
  written: WrittenPolicy,
): Promise<WrittenPolicy & Pick<PolicySetting, 'facts'>> {
  const check = await checkOf(tenantId, written);
  if (check.valid) return { ...written, facts: check.facts };
  throw new ApiError(400, `The policy is not valid: ${check.errors.map(describeProblem).join('; ')}.`, {
    param: 'policy',
    code: 'invalid_policy',
  });
}

export function describeProblem({ message, help, start }: PolicyProblem): string {
  return `line ${start.line}, column ${start.column}: ${message}${help === undefined ? '' : ` (${help})`}`;
}

export function missingPolicy(): ApiError {
  return new ApiError(400, "Missing required parameter: 'policy', or 'template' with its parameters.", {
    param: 'policy',
    code: 'missing_required_parameter',
  });
}

function fill(template: string, parameters: TemplateParameters): string {
  try {
    return fillTemplate(template, parameters);
  } catch (problem) {
    if (!(problem instanceof TemplateProblem)) throw problem;
    const param = problem.parameter === undefined ? 'template' : `parameters.${problem.parameter}`;
    throw invalid(`Invalid value for '${param}': ${problem.message}.`, param, problem);
  }
}

function invalid(message: string, param: string, cause?: unknown): ApiError {
  return new ApiError(400, message, { param, code: 'invalid_value', ...(cause !== undefined && { cause }) });
}
