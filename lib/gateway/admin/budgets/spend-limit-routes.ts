import * as z from 'zod';
import type { Budget } from '../../../policy/index.ts';
import type { Projects } from '../../../tenancy/projects.ts';
import { notFound } from '../../../tenancy/tenancy-error.ts';
import type { Route, RouteCall } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import type { SettingDocuments } from '../setting-documents.ts';
import type { Answers } from '../tenants/answers.ts';
import { applyLimit } from './apply-limit.ts';

/** OpenAI's amounts are cents. */
const microUsdPerCent = 10_000;
const mostCents = 1e11;

const limitFields = {
  currency: z.literal('USD'),
  interval: z.literal('month'),
  threshold_amount: z.number().int().min(1).max(mostCents).describe('Cents in a calendar month (UTC).'),
};
const update = z.strictObject(limitFields).meta({ id: 'UpdateSpendLimitRequest' });
const enforcement = z.object({ status: z.enum(['inactive', 'enforcing']) });
const deleted = z.object({ object: z.string(), deleted: z.literal(true) }).meta({ id: 'SpendLimitDeleted' });
const spendLimit = z.object({ object: z.string(), ...limitFields, enforcement }).meta({ id: 'SpendLimit' });

/** OpenAI's spend limits: a hard monthly budget of the tenant or of a project, one of each. */
export function spendLimitRoutes(
  services: AdminServices,
  budgets: SettingDocuments<Budget>,
  projects: Projects,
  { shows, changes }: Answers,
): readonly Route[] {
  const ofTenant: Place = {
    path: '/v1/organization/spend_limit',
    name: 'Organization',
    object: 'organization.spend_limit',
    target: async (_call, tenantId) => ({ id: 'spend-limit', level: 'tenant', subject: tenantId }),
  };
  const ofProject: Place = {
    path: '/v1/organization/projects/{project_id}/spend_limit',
    name: 'Project',
    object: 'project.spend_limit',
    target: async ({ parameters: { project_id: id = '' }, principal }, tenantId) => {
      await projects.get(tenantId, id, principal.projectId);
      return { id: `spend-limit-${id}`, level: 'project', subject: id };
    },
  };
  return [ofTenant, ofProject].flatMap(({ path, name, object, target }): Route[] => {
    const describe = ({ amountMicroUsd }: Budget) => ({
      object,
      currency: 'USD',
      interval: 'month',
      threshold_amount: Math.floor(amountMicroUsd / microUsdPerCent),
      enforcement: { status: 'enforcing' },
    });
    return [
      {
        method: 'GET',
        path,
        operationId: `retrieve${name}SpendLimit`,
        summary: `Retrieve the monthly spend limit of the ${name.toLowerCase()}`,
        access: 'budgets:read',
        response: { status: 200, description: 'The limit.', schema: spendLimit },
        errors: [404],
        handle: shows(async (call, tenantId) => {
          const { id } = await target(call, tenantId);
          const found = await budgets.find(tenantId, id);
          if (!found) throw notFound('spend limit', name.toLowerCase());
          return describe(found);
        }),
      },
      {
        method: 'POST',
        path,
        operationId: `update${name}SpendLimit`,
        summary: `Set the monthly spend limit of the ${name.toLowerCase()}`,
        access: 'budgets:write',
        body: update,
        response: { status: 200, description: 'The limit.', schema: spendLimit },
        errors: [404, 409],
        handle: changes(async (call, tenantId) => {
          const wanted = await target(call, tenantId);
          const amountMicroUsd = Number(call.body.threshold_amount) * microUsdPerCent;
          if (await budgets.find(tenantId, wanted.id)) {
            const changed = await budgets.change(tenantId, wanted.id, (before) => ({
              ...before,
              amountMicroUsd,
              version: before.version + 1,
            }));
            await applyLimit(services.ledger, tenantId, changed);
            return describe(changed);
          }
          const made: Budget = {
            ...wanted,
            amountMicroUsd,
            period: 'month',
            mode: 'hard',
            alertPercents: [50, 80, 100],
            // One that was removed and is set again must count as newer than the one before.
            version: Date.now(),
          };
          const created = await budgets.create(tenantId, made);
          await applyLimit(services.ledger, tenantId, created);
          return describe(created);
        }),
      },
      {
        method: 'DELETE',
        path,
        operationId: `delete${name}SpendLimit`,
        summary: `Remove the monthly spend limit of the ${name.toLowerCase()}`,
        access: 'budgets:write',
        response: { status: 200, description: 'It is removed.', schema: deleted },
        errors: [404],
        handle: changes(async (call, tenantId) => {
          await budgets.remove(tenantId, (await target(call, tenantId)).id);
          return { object: `${object}.deleted`, deleted: true };
        }),
      },
    ];
  });
}

interface Place {
  readonly path: string;
  readonly name: string;
  readonly object: string;
  /** Which budget it is. */
  readonly target: (call: RouteCall, tenantId: string) => Promise<Pick<Budget, 'id' | 'level' | 'subject'>>;
}
