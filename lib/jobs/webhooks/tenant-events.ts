import { DocumentConflict, type DocumentStore } from '../../storage/document-store.ts';
import type { SettingsCache } from '../../tenancy/index.ts';
import { type TenantEvent, type Webhook, wants } from './webhook.ts';

/** How far an event has come to one webhook. */
export interface Delivery {
  readonly state: 'pending' | 'delivered' | 'failed';
  readonly attempts: number;
  /** While pending: not to be tried before. */
  readonly nextAttemptAtMs: number;
  /** What the last attempt met: a status or an error's name. */
  readonly lastResult?: string;
}

/** An event as it is stored, with what is still to be done about it: one document, so that no crash parts them. */
export interface StoredEvent extends Omit<TenantEvent, 'tenantId'> {
  /** By the ids of the webhooks that want it. Absent: none did. */
  readonly deliveries?: Readonly<Record<string, Delivery>>;
}

export interface TellServices {
  readonly documents: Pick<DocumentStore, 'create'>;
  readonly settings: Pick<SettingsCache, 'settings'>;
}

/** Stores an event among the tenant's, to be delivered to the webhooks that want it. Telling it again changes nothing. */
export async function tellTenant(
  { tenantId, ...event }: TenantEvent,
  { documents, settings }: TellServices,
): Promise<void> {
  const webhooks = (await settings.settings(tenantId)).list<Webhook>('webhook');
  const deliveries: Record<string, Delivery> = {};
  for (const webhook of webhooks) {
    if (!wants(webhook, event.type)) continue;
    deliveries[webhook.id] = { state: 'pending', attempts: 0, nextAttemptAtMs: event.atMs };
  }
  const stored: StoredEvent = { ...event, ...(Object.keys(deliveries).length > 0 && { deliveries }) };
  try {
    await documents.create(tenantId, 'events', eventSort(event), stored);
  } catch (error) {
    if (!(error instanceof DocumentConflict)) throw error;
  }
}

/** Events sort by their time. */
export function eventSort({ id, atMs }: Pick<TenantEvent, 'id' | 'atMs'>): string {
  return `${new Date(atMs).toISOString()}#${id}`;
}
