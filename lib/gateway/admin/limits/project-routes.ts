import { createHash } from 'node:crypto';
import type { LimitRule } from '../../../policy/index.ts';
import type { Projects } from '../../../tenancy/projects.ts';
import { notFound, TenancyError } from '../../../tenancy/tenancy-error.ts';
import type { Route, RouteCall } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import type { Answers } from '../tenants/answers.ts';
import { listReply } from '../tenants/pages.ts';
import { type Amounts, withAmounts } from './describe-limit.ts';
import type { LimitRules } from './limit-rules.ts';
import {
  projectRateLimit,
  projectRateLimitList,
  projectRateLimitQuery,
  projectRateLimitUpdate,
} from './schemas.ts';

const base = '/v1/organization/projects/{project_id}/rate_limits';
const idPrefix = 'rl-';
const defaultPageSize = 100;

/** The rate limits of a project, one for each model, as OpenAI has them. They are limits like all others. */
export function projectLimitRoutes(
  { configuration }: AdminServices,
  rules: LimitRules,
  projects: Projects,
  { shows, changes }: Answers,
): readonly Route[] {
  const models = Object.keys(configuration.models).sort();
  const { requestsPerMinute, tokensPerMinute } = configuration.limits;
  /** What is set; as long as nothing is, what the deployment allows a key. */
  const describe = (model: string, rule: LimitRule | undefined) => ({
    id: idPrefix + model,
    object: 'project.rate_limit',
    model,
    max_requests_per_1_minute: rule?.requestsPerMinute ?? requestsPerMinute,
    max_tokens_per_1_minute: rule?.tokensPerMinute ?? tokensPerMinute,
    ...(rule?.requestsPerDay !== undefined && { max_requests_per_1_day: rule.requestsPerDay }),
  });
  return [
    {
      method: 'GET',
      path: base,
      operationId: 'listProjectRateLimits',
      summary: 'List the rate limits of a project, one for each model',
      access: 'limits:read',
      query: projectRateLimitQuery,
      response: { status: 200, description: 'Rate limits.', schema: projectRateLimitList },
      errors: [404],
      handle: shows(async ({ parameters, principal, query }, tenantId) => {
        const { id } = await projects.get(tenantId, parameters.project_id ?? '', principal.projectId);
        const page = pageOf(models, query);
        return listReply(page, async (model) =>
          describe(model, await rules.find(tenantId, ruleId(id, model))),
        );
      }),
    },
    {
      method: 'POST',
      path: `${base}/{rate_limit_id}`,
      // Names of models may contain slashes.
      slashesInLastPart: true,
      operationId: 'updateProjectRateLimits',
      summary: 'Change the rate limit of a project and model',
      access: 'limits:write',
      body: projectRateLimitUpdate,
      response: { status: 200, description: 'The rate limit, changed.', schema: projectRateLimit },
      errors: [404, 409],
      handle: changes(async ({ parameters, principal, body }, tenantId) => {
        const { project_id: projectId = '', rate_limit_id: rateLimitId = '' } = parameters;
        const { id } = await projects.getActive(tenantId, projectId, principal.projectId);
        const model = rateLimitId.slice(idPrefix.length);
        if (!rateLimitId.startsWith(idPrefix) || !models.includes(model))
          throw notFound('rate limit', rateLimitId);
        return describe(model, await set(rules, tenantId, newRule(id, model), amountsOf(body)));
      }),
    },
  ];

  /** With the first change all that was shown becomes a limit of the project, so that what is shown holds. */
  function newRule(projectId: string, model: string): LimitRule {
    return {
      id: ruleId(projectId, model),
      level: 'project',
      subject: projectId,
      model,
      requestsPerMinute,
      tokensPerMinute,
      version: 1,
    };
  }
}

async function set(
  rules: LimitRules,
  tenantId: string,
  fresh: LimitRule,
  amounts: Amounts,
): Promise<LimitRule> {
  if (!(await rules.find(tenantId, fresh.id))) {
    try {
      return await rules.create(tenantId, withAmounts(fresh, amounts));
    } catch (error) {
      // Somebody else made the first change at the same time.
      if (!(error instanceof TenancyError && error.code === 'already_exists')) throw error;
    }
  }
  return await rules.change(tenantId, fresh.id, (rule) => withAmounts(rule, amounts));
}

/** The same limit always has the same id. Names of models may contain what ids in paths may not. */
function ruleId(projectId: string, model: string): string {
  return `limit_${createHash('sha256').update(`${projectId}#${model}`).digest('hex').slice(0, 32)}`;
}

function amountsOf(body: RouteCall['body']): Amounts {
  const {
    max_requests_per_1_minute: requestsPerMinute,
    max_tokens_per_1_minute: tokensPerMinute,
    max_requests_per_1_day: requestsPerDay,
  } = body as Readonly<Record<string, number | undefined>>;
  return {
    ...(requestsPerMinute !== undefined && { requests_per_minute: requestsPerMinute }),
    ...(tokensPerMinute !== undefined && { tokens_per_minute: tokensPerMinute }),
    ...(requestsPerDay !== undefined && { requests_per_day: requestsPerDay }),
  };
}

/** A page of models; the ids of their limits are in the same order. */
function pageOf(models: readonly string[], { after, before, limit }: RouteCall['query']) {
  const isWanted = (model: string) =>
    (after === undefined || idPrefix + model > String(after)) &&
    (before === undefined || idPrefix + model < String(before));
  const wanted = models.filter(isWanted);
  const most = limit === undefined ? defaultPageSize : Number(limit);
  // Going back, the page is the one that ends where the known one begins.
  const isBackwards = before !== undefined && after === undefined;
  const items = isBackwards ? wanted.slice(-most) : wanted.slice(0, most);
  return { items, hasMore: wanted.length > items.length };
}
