import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { ForbiddenAddress, parseWebhookUrl, type StoredEvent, type Webhook } from '../../../jobs/index.ts';
import { newId } from '../../../tenancy/new-id.ts';
import { readPage } from '../../../tenancy/read-page.ts';
import { TenancyError } from '../../../tenancy/tenancy-error.ts';
import type { Route } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { SettingDocuments } from '../setting-documents.ts';
import { answers } from '../tenants/answers.ts';
import { openDirectory } from '../tenants/directory.ts';
import { deletedOf, listOf, pageFields, pageQuery } from '../tenants/fields.ts';
import { listReply, wantedPage } from '../tenants/pages.ts';

const base = '/v1/openclaw/webhooks';
const mostWebhooks = 10;

const creation = z
  .strictObject({
    url: z.string().min(1).max(2_048).describe('Where to POST events: https, at a public address.'),
    events: z
      .array(z.string().regex(/^(\*|[a-z_]+\.(\*|[a-z_]+))$/, 'name a type, or all of a kind as `budget.*`'))
      .min(1)
      .max(50)
      .optional()
      .describe('The types of events to tell. Default: all.'),
  })
  .meta({ id: 'CreateWebhookRequest' });
const fields = {
  id: z.string(),
  object: z.literal('webhook'),
  url: z.string(),
  events: z.array(z.string()),
  created_at_ms: z.number().int(),
};
const webhook = z.object(fields).meta({ id: 'Webhook' });
const webhookWithSecret = z
  .object({ ...fields, secret: z.string().describe('Signs what is sent; shown this once.') })
  .meta({ id: 'WebhookWithSecret' });
const event = z
  .object({
    id: z.string(),
    object: z.literal('event'),
    type: z.string(),
    at_ms: z.number().int(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event' });

/** Where a tenant is told of events, and the events themselves. */
export function webhooksRoutes(services: AdminServices): readonly Route[] {
  const { documents } = services;
  const webhooks = new SettingDocuments<Webhook>({
    documents,
    kind: 'webhook',
    name: 'webhook',
    most: mostWebhooks,
  });
  const { shows, changes, reveals } = answers(services, openDirectory(services));
  return [
    {
      method: 'GET',
      path: base,
      operationId: 'listWebhooks',
      summary: 'List the webhooks',
      access: 'budgets:read',
      query: pageQuery,
      response: { status: 200, description: 'Webhooks.', schema: listOf(webhook, 'WebhookList') },
      handle: shows(async (call, tenantId) =>
        listReply(await webhooks.page(tenantId, wantedPage(call)), describe),
      ),
    },
    {
      method: 'POST',
      path: base,
      operationId: 'createWebhook',
      summary: 'Have events sent to an address, signed as Standard Webhooks has it',
      access: 'budgets:write',
      body: creation,
      response: { status: 200, description: 'The webhook, with its secret.', schema: webhookWithSecret },
      errors: [409],
      handle: reveals(async ({ body }, tenantId) => {
        const made: Webhook = {
          id: newId('webhook'),
          url: checkUrl(String(body.url)),
          secret: `whsec_${randomBytes(32).toString('base64')}`,
          events: (body.events as string[] | undefined) ?? ['*'],
          createdAtMs: Date.now(),
        };
        await webhooks.create(tenantId, made);
        return { ...describe(made), secret: made.secret };
      }),
    },
    {
      method: 'GET',
      path: `${base}/{webhook_id}`,
      operationId: 'retrieveWebhook',
      summary: 'Retrieve one webhook',
      access: 'budgets:read',
      response: { status: 200, description: 'The webhook.', schema: webhook },
      errors: [404],
      handle: shows(async ({ parameters }, tenantId) =>
        describe(await webhooks.get(tenantId, parameters.webhook_id ?? '')),
      ),
    },
    {
      method: 'DELETE',
      path: `${base}/{webhook_id}`,
      operationId: 'deleteWebhook',
      summary: 'Remove a webhook',
      access: 'budgets:write',
      response: {
        status: 200,
        description: 'It is removed.',
        schema: deletedOf('webhook', 'WebhookDeleted'),
      },
      errors: [404],
      handle: changes(async ({ parameters: { webhook_id: id = '' } }, tenantId) => {
        await webhooks.remove(tenantId, id);
        return { id, object: 'webhook', deleted: true };
      }),
    },
    {
      method: 'GET',
      path: '/v1/openclaw/events',
      operationId: 'listEvents',
      summary: 'List what the tenant was told of: budgets, reviews',
      access: 'budgets:read',
      query: z.object({
        ...pageFields,
        order: z.enum(['asc', 'desc']).optional().describe('By time. Default: desc.'),
      }),
      response: { status: 200, description: 'Events.', schema: listOf(event, 'EventList') },
      handle: shows(async (call, tenantId) => {
        const query = { ...wantedPage(call), descending: call.query.order !== 'asc' };
        const source = { tenantId, collection: 'events', prefix: '' } as const;
        const page = await readPage<StoredEvent, EventOfPage>(documents, source, query, (found) => ({
          ...found.value,
          place: found.sort,
        }));
        return listReply(page, ({ place, type, atMs, data }) => ({
          // By its place in time: the next page begins behind it.
          id: place,
          object: 'event',
          type,
          at_ms: atMs,
          data,
        }));
      }),
    },
  ];
}

interface EventOfPage extends StoredEvent {
  readonly place: string;
}

function describe({ id, url, events, createdAtMs }: Webhook) {
  return { id, object: 'webhook', url, events, created_at_ms: createdAtMs };
}

function checkUrl(url: string): string {
  try {
    return parseWebhookUrl(url, false).href;
  } catch (error) {
    if (!(error instanceof ForbiddenAddress) && !(error instanceof TypeError)) throw error;
    throw new TenancyError('invalid', 'Give an https URL at a public address.', 'url');
  }
}
