import type { Route } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { answers } from '../tenants/answers.ts';
import { openDirectory } from '../tenants/directory.ts';
import { pageQuery } from '../tenants/fields.ts';
import { listReply, wantedPage } from '../tenants/pages.ts';
import { GuardrailStore } from './guardrail-store.ts';
import { moderationRoute } from './moderation-route.ts';
import { moderationSettingsRoutes } from './moderation-settings-routes.ts';
import { guardrail, guardrailCreation, guardrailDeleted, guardrailList, guardrailUpdate } from './schemas.ts';
import { testRoute } from './test-route.ts';
import { changed, describeGuardrail, newGuardrail, requireWorking } from './written-guardrail.ts';

const base = '/v1/openclaw/guardrails';

/** What a tenant has checked on the way to a model and back, and moderation as a route of its own. */
export function guardrailsRoutes(services: AdminServices): readonly Route[] {
  const store = new GuardrailStore(services.documents);
  const { shows, changes } = answers(services, openDirectory(services));
  return [
    moderationRoute(services),
    ...moderationSettingsRoutes(services, { shows, changes }),
    testRoute(services, store, shows),
    {
      method: 'GET',
      path: base,
      operationId: 'listGuardrails',
      summary: 'List the guardrails',
      access: 'guardrails:read',
      query: pageQuery,
      response: { status: 200, description: 'Guardrails.', schema: guardrailList },
      handle: shows(async (call, tenantId) =>
        listReply(await store.page(tenantId, wantedPage(call)), describeGuardrail),
      ),
    },
    {
      method: 'POST',
      path: base,
      operationId: 'createGuardrail',
      summary: 'Set a guardrail; it works within a minute',
      access: 'guardrails:write',
      body: guardrailCreation,
      response: { status: 200, description: 'The guardrail.', schema: guardrail },
      errors: [409],
      handle: changes(async ({ body }, tenantId) => {
        const setting = newGuardrail(body, Date.now());
        await requireWorking(setting, services);
        return describeGuardrail(await store.create(tenantId, setting));
      }),
    },
    {
      method: 'GET',
      path: `${base}/{guardrail_id}`,
      operationId: 'retrieveGuardrail',
      summary: 'Retrieve one guardrail',
      access: 'guardrails:read',
      response: { status: 200, description: 'The guardrail.', schema: guardrail },
      errors: [404],
      handle: shows(async ({ parameters }, tenantId) =>
        describeGuardrail(await store.get(tenantId, parameters.guardrail_id ?? '')),
      ),
    },
    {
      method: 'POST',
      path: `${base}/{guardrail_id}`,
      operationId: 'updateGuardrail',
      summary: 'Change a guardrail; it works within a minute',
      access: 'guardrails:write',
      body: guardrailUpdate,
      response: { status: 200, description: 'The guardrail, changed.', schema: guardrail },
      errors: [404, 409],
      handle: changes(async ({ parameters: { guardrail_id: id = '' }, body }, tenantId) => {
        await requireWorking(changed(await store.get(tenantId, id), body), services);
        const setting = await store.change(tenantId, id, (before) => ({
          ...changed(before, body),
          version: before.version + 1,
          updatedAtMs: Date.now(),
        }));
        return describeGuardrail(setting);
      }),
    },
    {
      method: 'DELETE',
      path: `${base}/{guardrail_id}`,
      operationId: 'deleteGuardrail',
      summary: 'Remove a guardrail; it stops within a minute',
      access: 'guardrails:write',
      response: { status: 200, description: 'It is removed.', schema: guardrailDeleted },
      errors: [404],
      handle: changes(async ({ parameters: { guardrail_id: id = '' } }, tenantId) => {
        await store.remove(tenantId, id);
        return { id, object: 'openclaw.guardrail.deleted', deleted: true };
      }),
    },
  ];
}
