import type { Budget } from '../../../policy/index.ts';
import { newId } from '../../../tenancy/new-id.ts';
import type { Route, RouteCall } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { checkSubject } from '../limits/check-subject.ts';
import { SettingDocuments } from '../setting-documents.ts';
import { answers } from '../tenants/answers.ts';
import { openDirectory } from '../tenants/directory.ts';
import { pageQuery } from '../tenants/fields.ts';
import { listReply, wantedPage } from '../tenants/pages.ts';
import { applyLimit } from './apply-limit.ts';
import { describeBudget, describeStanding } from './describe-budget.ts';
import {
  budget,
  budgetCreation,
  budgetDeleted,
  budgetList,
  budgetQuery,
  budgetUpdate,
  budgetWithStanding,
} from './schemas.ts';
import { spendLimitRoutes } from './spend-limit-routes.ts';

const base = '/v1/openclaw/budgets';
const mostBudgets = 100;
const defaultAlerts = [50, 80, 100];

/** The budgets of a tenant: our own routes, and OpenAI's spend limits of organizations and projects. */
export function budgetsRoutes(services: AdminServices): readonly Route[] {
  const { documents, ledger } = services;
  const budgets = new SettingDocuments<Budget>({
    documents,
    kind: 'budget',
    name: 'budget',
    most: mostBudgets,
  });
  const directory = openDirectory(services);
  const answering = answers(services, directory);
  const { shows, changes } = answering;
  return [
    {
      method: 'GET',
      path: base,
      operationId: 'listBudgets',
      summary: 'List the budgets',
      access: 'budgets:read',
      query: pageQuery,
      response: { status: 200, description: 'Budgets.', schema: budgetList },
      handle: shows(async (call, tenantId) =>
        listReply(await budgets.page(tenantId, wantedPage(call)), describeBudget),
      ),
    },
    {
      method: 'POST',
      path: base,
      operationId: 'createBudget',
      summary: 'Set what may be spent in a period. All budgets that match a request apply at once',
      access: 'budgets:write',
      body: budgetCreation,
      response: { status: 200, description: 'The budget.', schema: budget },
      errors: [409],
      handle: changes(async ({ body, principal }, tenantId) => {
        const made = toBudget(body);
        await checkSubject(services, tenantId, made, principal.projectId);
        return describeBudget(await budgets.create(tenantId, made));
      }),
    },
    {
      method: 'GET',
      path: `${base}/{budget_id}`,
      operationId: 'retrieveBudget',
      summary: 'Retrieve one budget, and how it stands now',
      access: 'budgets:read',
      query: budgetQuery,
      response: { status: 200, description: 'The budget.', schema: budgetWithStanding },
      errors: [404],
      handle: shows(async ({ parameters, query }, tenantId) => {
        const found = await budgets.get(tenantId, parameters.budget_id ?? '');
        const subject = subjectOf(found, tenantId, query.subject);
        const standing =
          subject === undefined ? null : await describeStanding(ledger, tenantId, found, subject);
        return { ...describeBudget(found), standing };
      }),
    },
    {
      method: 'POST',
      path: `${base}/{budget_id}`,
      operationId: 'updateBudget',
      summary: 'Change a budget. What is spent and held stays',
      access: 'budgets:write',
      body: budgetUpdate,
      response: { status: 200, description: 'The budget, changed.', schema: budget },
      errors: [404, 409],
      handle: changes(async ({ parameters, body }, tenantId) => {
        const changed = await budgets.change(tenantId, parameters.budget_id ?? '', (before) =>
          withChanges(before, body),
        );
        await applyLimit(ledger, tenantId, changed);
        return describeBudget(changed);
      }),
    },
    {
      method: 'DELETE',
      path: `${base}/{budget_id}`,
      operationId: 'deleteBudget',
      summary: 'Remove a budget',
      access: 'budgets:write',
      response: { status: 200, description: 'It is removed.', schema: budgetDeleted },
      errors: [404],
      handle: changes(async ({ parameters: { budget_id: id = '' } }, tenantId) => {
        await budgets.remove(tenantId, id);
        return { id, object: 'budget', deleted: true };
      }),
    },
    ...spendLimitRoutes(services, budgets, directory.projects, answering),
  ];
}

function toBudget(body: RouteCall['body']): Budget {
  const { name, level, subject = '*', amount_microusd, period, mode = 'hard', alert_percents } = body;
  return {
    id: newId('budget'),
    ...(typeof name === 'string' && { name }),
    level: level as Budget['level'],
    subject: String(subject),
    amountMicroUsd: Number(amount_microusd),
    period: period as Budget['period'],
    mode: mode as Budget['mode'],
    alertPercents: ascending(alert_percents) ?? defaultAlerts,
    version: 1,
  };
}

function withChanges(before: Budget, body: RouteCall['body']): Budget {
  const { name, amount_microusd, mode, alert_percents } = body;
  const { name: former, ...rest } = before;
  const renamed = name === undefined ? former : name;
  return {
    ...rest,
    ...(typeof renamed === 'string' && { name: renamed }),
    ...(typeof amount_microusd === 'number' && { amountMicroUsd: amount_microusd }),
    ...(mode !== undefined && { mode: mode as Budget['mode'] }),
    alertPercents: ascending(alert_percents) ?? before.alertPercents,
    version: before.version + 1,
  };
}

function ascending(percents: unknown): readonly number[] | undefined {
  if (!Array.isArray(percents)) return undefined;
  return [...new Set(percents as number[])].toSorted((a, b) => a - b);
}

/** Of whom a budget's standing is to be told; undefined for a budget of each where none is named. */
function subjectOf({ level, subject }: Budget, tenantId: string, wanted: unknown): string | undefined {
  if (level === 'tenant') return tenantId;
  if (subject !== '*') return subject;
  return typeof wanted === 'string' ? wanted : undefined;
}
