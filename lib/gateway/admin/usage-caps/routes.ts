import type { UsageCap } from '../../../policy/index.ts';
import type { Route } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { checkSubject } from '../limits/check-subject.ts';
import { SettingDocuments } from '../setting-documents.ts';
import { answers } from '../tenants/answers.ts';
import { openDirectory } from '../tenants/directory.ts';
import { pageQuery } from '../tenants/fields.ts';
import { listReply, wantedPage } from '../tenants/pages.ts';
import { describeUsageCap, describeWithStanding } from './describe-usage-cap.ts';
import {
  usageCap,
  usageCapCreation,
  usageCapDeleted,
  usageCapList,
  usageCapUpdate,
  usageCapWithStanding,
} from './schemas.ts';
import { toUsageCap, withLimit } from './to-usage-cap.ts';

const base = '/v1/openclaw/usage-caps';
const mostCaps = 200;

/** The caps of what a tenant and its projects store, index and train. */
export function usageCapsRoutes(services: AdminServices): readonly Route[] {
  const { documents } = services;
  const caps = new SettingDocuments<UsageCap>({
    documents,
    kind: 'usage-cap',
    name: 'usage cap',
    most: mostCaps,
  });
  const { shows, changes } = answers(services, openDirectory(services));
  return [
    {
      method: 'GET',
      path: base,
      operationId: 'listUsageCaps',
      summary: 'List the usage caps',
      access: 'limits:read',
      query: pageQuery,
      response: { status: 200, description: 'Caps.', schema: usageCapList },
      handle: shows(async (call, tenantId) =>
        listReply(await caps.page(tenantId, wantedPage(call)), describeUsageCap),
      ),
    },
    {
      method: 'POST',
      path: base,
      operationId: 'createUsageCap',
      summary: 'Bound what the tenant or a project stores, indexes or trains. What is there already counts',
      access: 'limits:write',
      body: usageCapCreation,
      response: { status: 200, description: 'The cap.', schema: usageCap },
      errors: [409],
      handle: changes(async ({ body, principal }, tenantId) => {
        const wanted = toUsageCap(body, tenantId);
        if (wanted.level === 'project') await checkSubject(services, tenantId, wanted, principal.projectId);
        const made = await caps.create(tenantId, wanted);
        await services.usageCaps.moveLimit(tenantId, made);
        return describeUsageCap(made);
      }),
    },
    {
      method: 'GET',
      path: `${base}/{usage_cap_id}`,
      operationId: 'retrieveUsageCap',
      summary: 'Retrieve one usage cap, and how much of it is used',
      access: 'limits:read',
      response: { status: 200, description: 'The cap.', schema: usageCapWithStanding },
      errors: [404],
      handle: shows(async ({ parameters: { usage_cap_id: id = '' } }, tenantId) =>
        describeWithStanding(services.usageCaps, tenantId, await caps.get(tenantId, id)),
      ),
    },
    {
      method: 'POST',
      path: `${base}/{usage_cap_id}`,
      operationId: 'updateUsageCap',
      summary: 'Change a usage cap. Nothing is removed where it is set under what is used',
      access: 'limits:write',
      body: usageCapUpdate,
      response: { status: 200, description: 'The cap, changed.', schema: usageCap },
      errors: [404, 409],
      handle: changes(async ({ parameters: { usage_cap_id: id = '' }, body }, tenantId) => {
        const changed = await caps.change(tenantId, id, (before) => withLimit(before, body.limit));
        await services.usageCaps.moveLimit(tenantId, changed);
        return describeUsageCap(changed);
      }),
    },
    {
      method: 'DELETE',
      path: `${base}/{usage_cap_id}`,
      operationId: 'deleteUsageCap',
      summary: 'Remove a usage cap. Counting goes on',
      access: 'limits:write',
      response: { status: 200, description: 'It is removed.', schema: usageCapDeleted },
      errors: [404],
      handle: changes(async ({ parameters: { usage_cap_id: id = '' } }, tenantId) => {
        await caps.remove(tenantId, id);
        return { id, object: 'usage_cap', deleted: true };
      }),
    },
  ];
}
