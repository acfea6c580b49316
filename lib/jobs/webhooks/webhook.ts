/** Where a tenant wants to be told of events: a setting of kind `webhook`. */
export interface Webhook {
  readonly id: string;
  /** Begins with `https://`. */
  readonly url: string;
  /** Signs what is sent: `whsec_` and base64, as Standard Webhooks has it. */
  readonly secret: string;
  /** The types of the events to tell; `budget.*` for all of a kind, `*` for all. */
  readonly events: readonly string[];
  readonly createdAtMs: number;
}

/** Something that a tenant may want to know. */
export interface TenantEvent {
  readonly tenantId: string;
  /** The same for the same event, however often it is told. */
  readonly id: string;
  /** For example `budget.exhausted`. */
  readonly type: string;
  readonly atMs: number;
  readonly data: Readonly<Record<string, unknown>>;
}

export function wants({ events }: Pick<Webhook, 'events'>, type: string): boolean {
  return events.some(
    (wanted) => wanted === type || (wanted.endsWith('*') && type.startsWith(wanted.slice(0, -1))),
  );
}
