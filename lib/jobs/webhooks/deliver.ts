import { DocumentConflict, type DocumentStore, type StoredDocument } from '../../storage/document-store.ts';
import { log } from '../../telemetry/index.ts';
import type { SettingsCache } from '../../tenancy/index.ts';
import { ForbiddenAddress, type Message } from './post-signed.ts';
import type { Delivery, StoredEvent } from './tenant-events.ts';
import type { Webhook } from './webhook.ts';

export interface DeliverServices {
  readonly documents: Pick<DocumentStore, 'list' | 'get' | 'replace'>;
  readonly settings: Pick<SettingsCache, 'settings'>;
  /** Sends a message and returns the status of the answer, as `postSigned` does. */
  readonly post: (webhook: Webhook, message: Message) => Promise<number>;
  readonly now?: () => number;
  /** @default Math.random */
  readonly random?: () => number;
}

/** What one sweep did, by what came of the attempts. */
export interface SweptDeliveries {
  delivered: number;
  postponed: number;
  failed: number;
}

const minuteMs = 60_000;
/** From an event on, it is tried for so long. */
const triedForMs = 24 * 60 * minuteMs;
/** After the first attempt, the second, and so on; then as after the last. */
const waitsMs = [15_000, minuteMs, 5 * minuteMs, 15 * minuteMs, 60 * minuteMs];
/** Longer than an attempt takes: until then the event is left to who tries. */
const attemptMs = minuteMs;
/** Who answers so is no more, and wants nothing again. */
const gone = 410;

/**
 * Delivers a tenant's events to its webhooks, those that are due. Each at least once, until it is answered with a status
 * of success or a day is over; the id of the message tells a receiver that it has had it. It may run at any time, also
 * twice at once.
 */
export async function deliverEvents(tenantId: string, services: DeliverServices): Promise<SweptDeliveries> {
  const { documents, settings, now = Date.now } = services;
  const swept: SweptDeliveries = { delivered: 0, postponed: 0, failed: 0 };
  const webhooks = (await settings.settings(tenantId)).list<Webhook>('webhook');
  // A sort key that begins with the time: what is older was tried long enough, and marked so.
  let after: string | undefined = new Date(now() - triedForMs - 60 * minuteMs).toISOString();
  do {
    const page: Awaited<ReturnType<typeof documents.list<StoredEvent>>> = await documents.list<StoredEvent>(
      tenantId,
      'events',
      { after },
    );
    for (const document of page.documents) {
      for (const [webhookId, delivery] of Object.entries(document.value.deliveries ?? {})) {
        if (delivery.state !== 'pending' || delivery.nextAttemptAtMs > now()) continue;
        const webhook = webhooks.find(({ id }) => id === webhookId);
        await attempt(tenantId, document.sort, webhookId, webhook, services, swept);
      }
    }
    after = page.next;
  } while (after !== undefined);
  return swept;
}

async function attempt(
  tenantId: string,
  sort: string,
  webhookId: string,
  webhook: Webhook | undefined,
  services: DeliverServices,
  swept: SweptDeliveries,
): Promise<void> {
  const { documents, post, now = Date.now, random = Math.random } = services;
  const document = await documents.get<StoredEvent>(tenantId, 'events', sort);
  const before = document?.value.deliveries?.[webhookId];
  if (!document || before?.state !== 'pending' || before.nextAttemptAtMs > now()) return;
  const attempts = before.attempts + 1;
  const change = async (delivery: Delivery) => await store(tenantId, sort, webhookId, delivery, services);
  if (!webhook) {
    if (await change({ ...before, state: 'failed', lastResult: 'webhook_deleted' })) swept.failed += 1;
    return;
  }
  // Said before it is done, so that two sweeps do not send the same.
  if (
    !(await claim(
      tenantId,
      document,
      webhookId,
      { ...before, attempts, nextAttemptAtMs: now() + attemptMs },
      services,
    ))
  ) {
    return;
  }
  const { result, isDelivered, isFinal } = await send(webhook, document.value, post);
  const waitMs = (waitsMs[Math.min(attempts, waitsMs.length) - 1] ?? 0) * (0.75 + random() / 2);
  const nextAttemptAtMs = now() + waitMs;
  const isLast = isFinal || nextAttemptAtMs > document.value.atMs + triedForMs;
  const state = isDelivered ? 'delivered' : isLast ? 'failed' : 'pending';
  await change({ state, attempts, nextAttemptAtMs, lastResult: result });
  swept[state === 'pending' ? 'postponed' : state] += 1;
  if (state === 'failed') {
    log.warn('an event was not delivered', { tenantId, webhookId, event: sort, result, attempts });
  }
}

async function send(
  webhook: Webhook,
  { deliveries: _deliveries, ...event }: StoredEvent,
  post: DeliverServices['post'],
) {
  const body = JSON.stringify({
    id: event.id,
    object: 'event',
    created_at: Math.floor(event.atMs / 1_000),
    type: event.type,
    data: event.data,
  });
  try {
    const status = await post(webhook, { id: event.id, body });
    return { result: String(status), isDelivered: status >= 200 && status < 300, isFinal: status === gone };
  } catch (error) {
    // Whoever owns a name may correct where it leads: tried again like any failure, and never connected to.
    return { result: resultOf(error), isDelivered: false, isFinal: false };
  }
}

/** What the tenant may know of a failure: no address that a name was found to lead to. */
function resultOf(error: unknown): string {
  if (error instanceof ForbiddenAddress) return 'forbidden_address';
  if (!(error instanceof Error)) return 'error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

async function claim(
  tenantId: string,
  { sort, value, version }: StoredDocument<StoredEvent>,
  webhookId: string,
  delivery: Delivery,
  { documents }: DeliverServices,
): Promise<boolean> {
  const deliveries = { ...value.deliveries, [webhookId]: delivery };
  try {
    await documents.replace(tenantId, 'events', sort, { ...value, deliveries }, version);
    return true;
  } catch (error) {
    if (error instanceof DocumentConflict) return false;
    throw error;
  }
}

/** Stores how a delivery stands, beside those to other webhooks, which others may be at. */
async function store(
  tenantId: string,
  sort: string,
  webhookId: string,
  delivery: Delivery,
  services: DeliverServices,
): Promise<boolean> {
  for (;;) {
    const document = await services.documents.get<StoredEvent>(tenantId, 'events', sort);
    if (!document) return false;
    if (await claim(tenantId, document, webhookId, delivery, services)) return true;
  }
}
