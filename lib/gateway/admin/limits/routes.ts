import type { LimitLevel, LimitRule } from '../../../policy/index.ts';
import { newId } from '../../../tenancy/new-id.ts';
import { TenancyError } from '../../../tenancy/tenancy-error.ts';
import type { Route } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { answers } from '../tenants/answers.ts';
import { openDirectory } from '../tenants/directory.ts';
import { pageQuery } from '../tenants/fields.ts';
import { listReply, wantedPage } from '../tenants/pages.ts';
import { checkSubject } from './check-subject.ts';
import { type Amounts, describeLimit, describeStandings, hasAmount, withAmounts } from './describe-limit.ts';
import { LimitRules } from './limit-rules.ts';
import { projectLimitRoutes } from './project-routes.ts';
import {
  limit,
  limitCreation,
  limitDeleted,
  limitList,
  limitQuery,
  limitUpdate,
  limitWithStanding,
} from './schemas.ts';

const base = '/v1/openclaw/limits';

/** The rate limits of a tenant: our own routes, and OpenAI's for those of a project and model. */
export function limitsRoutes(services: AdminServices): readonly Route[] {
  const rules = new LimitRules(services.documents);
  const directory = openDirectory(services);
  const answering = answers(services, directory);
  const { shows, changes } = answering;
  return [
    {
      method: 'GET',
      path: base,
      operationId: 'listLimits',
      summary: 'List the rate limits',
      access: 'limits:read',
      query: pageQuery,
      response: { status: 200, description: 'Limits.', schema: limitList },
      handle: shows(async (call, tenantId) =>
        listReply(await rules.page(tenantId, wantedPage(call)), describeLimit),
      ),
    },
    {
      method: 'POST',
      path: base,
      operationId: 'createLimit',
      summary: 'Limit requests, tokens or concurrent requests. All limits that match a request apply at once',
      access: 'limits:write',
      body: limitCreation,
      response: { status: 200, description: 'The limit.', schema: limit },
      errors: [409],
      handle: changes(async ({ body, principal }, tenantId) => {
        const rule = withAmounts(
          {
            id: newId('limit'),
            level: body.level as LimitLevel,
            subject: String(body.subject ?? '*'),
            ...(typeof body.model === 'string' && { model: body.model }),
            version: 1,
          },
          body as Amounts,
        );
        requireAmount(rule);
        await checkSubject(services, tenantId, rule, principal.projectId);
        return describeLimit(await rules.create(tenantId, rule));
      }),
    },
    {
      method: 'GET',
      path: `${base}/{limit_id}`,
      operationId: 'retrieveLimit',
      summary: 'Retrieve one rate limit, and how it stands now',
      access: 'limits:read',
      query: limitQuery,
      response: { status: 200, description: 'The limit.', schema: limitWithStanding },
      errors: [404],
      handle: shows(async ({ parameters, query }, tenantId) => {
        const rule = await rules.get(tenantId, parameters.limit_id ?? '');
        const subject = subjectOf(rule, tenantId, query.subject);
        const standing =
          subject === undefined
            ? null
            : describeStandings(subject, await services.rateLimits.standings(rule, tenantId, subject));
        return { ...describeLimit(rule), standing };
      }),
    },
    {
      method: 'POST',
      path: `${base}/{limit_id}`,
      operationId: 'updateLimit',
      summary: 'Change a rate limit; null removes a part. The share that is used stays used',
      access: 'limits:write',
      body: limitUpdate,
      response: { status: 200, description: 'The limit, changed.', schema: limit },
      errors: [404, 409],
      handle: changes(async ({ parameters, body }, tenantId) => {
        const changed = await rules.change(tenantId, parameters.limit_id ?? '', (rule) => {
          const after = withAmounts(rule, body as Amounts);
          requireAmount(after);
          return after;
        });
        return describeLimit(changed);
      }),
    },
    {
      method: 'DELETE',
      path: `${base}/{limit_id}`,
      operationId: 'deleteLimit',
      summary: 'Remove a rate limit',
      access: 'limits:write',
      response: { status: 200, description: 'It is removed.', schema: limitDeleted },
      errors: [404],
      handle: changes(async ({ parameters: { limit_id: id = '' } }, tenantId) => {
        await rules.remove(tenantId, id);
        return { id, object: 'limit', deleted: true };
      }),
    },
    ...projectLimitRoutes(services, rules, directory.projects, answering),
  ];
}

/** Of whom a rule's standing is to be told; undefined for a rule of each where none is named. */
function subjectOf({ level, subject }: LimitRule, tenantId: string, wanted: unknown): string | undefined {
  if (level === 'tenant') return tenantId;
  if (subject !== '*') return subject;
  return typeof wanted === 'string' ? wanted : undefined;
}

function requireAmount(rule: LimitRule): void {
  if (hasAmount(rule)) return;
  throw new TenancyError(
    'invalid',
    'A limit limits something: set at least one amount.',
    'requests_per_minute',
  );
}
