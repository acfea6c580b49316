import type { Configuration } from '../../config/schema.ts';
import type { Jobs } from '../../jobs/index.ts';
import type { ModelFacts } from '../../policy/access/index.ts';
import type { GuardrailServices, Guardrails, RateLimits, UsageCaps } from '../../policy/index.ts';
import type { ApiKeyStore } from '../../storage/api-key-store.ts';
import type { ClientFor } from '../../storage/client-for.ts';
import type { DocumentStore } from '../../storage/document-store.ts';
import type { LedgerStore } from '../../storage/ledger-store.ts';
import type { Authenticator, SettingsCache } from '../../tenancy/index.ts';
import type { Records } from '../steps/records.ts';

/** What the routes of the administration work with: stores, from which each area makes what it needs. */
export interface AdminServices {
  readonly configuration: Configuration;
  readonly documents: DocumentStore;
  readonly apiKeys: ApiKeyStore;
  /** Keys the hash under which API keys are stored. */
  readonly pepper: () => Promise<string>;
  /** To be told of every change of a key, so that it works at once in this process. */
  readonly authenticator: Pick<Authenticator, 'forget'>;
  /** To be told of every change, so that it works at once in this process. */
  readonly settings: SettingsCache;
  /** Tells how budgets stand. */
  readonly ledger: LedgerStore;
  /** Tells how caps stand. */
  readonly usageCaps: Pick<UsageCaps, 'standing' | 'moveLimit'>;
  /** What policies can ask of the model of a name; undefined where there is none. */
  readonly modelFacts: (alias: string) => ModelFacts | undefined;
  /** Tells how rate limits stand. */
  readonly rateLimits: Pick<RateLimits, 'standings'>;
  /** Makes guardrails, to check or try them. */
  readonly guardrails: Guardrails;
  /** The services that guardrails call. */
  readonly guardrailServices: GuardrailServices;
  /** Writes what happened. */
  readonly records: Records;
  /** Requests that wait for a reviewer or a worker. */
  readonly jobs: () => Promise<Jobs>;
  /** Name of the table of request records. */
  readonly requestsTable: string;
  /** Reaches a tenant's items. */
  readonly clientFor: ClientFor;
}
