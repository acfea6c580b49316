import type { RequestReader } from '../../storage/request-reader.ts';
import type { RequestStore } from '../../storage/request-store.ts';
import type { HoldReference } from './account.ts';
import type { RecordedRequest, RequestRecords } from './sweep.ts';

export interface RecordStores {
  readonly reader: Pick<RequestReader, 'scan' | 'find'>;
  readonly requests: Pick<RequestStore, 'putLostOutcome'>;
}

type StoredFacts = Readonly<Record<string, unknown>>;

/** Reads the money out of the records of requests, and writes the outcomes of those that nobody ended. */
export function recordsOf({ reader, requests }: RecordStores): RequestRecords {
  const find = async (tenantId: string, requestId: string) => {
    const records = await reader.find(tenantId, requestId);
    const of = (phase: string) => records.find((record) => record.phase === phase)?.record;
    return { intent: of('intent'), outcome: of('outcome') };
  };
  return {
    find: async (tenantId, requestId) => {
      const { intent, outcome } = await find(tenantId, requestId);
      return intent && recorded(requestId, intent, costOf(outcome));
    },
    list: async function* (tenantId, fromMs, toMs) {
      const range = { fromMs, toMs: toMs + 1 };
      const intents = new Map<string, StoredFacts>();
      await reader.scan(tenantId, range, 'intent', ({ requestId, record }) => {
        if (Array.isArray(record.holds)) intents.set(requestId, record);
      });
      if (intents.size === 0) return;
      const costs = new Map<string, number | null | undefined>();
      await reader.scan(tenantId, range, 'outcome', ({ requestId, record }) => {
        if (intents.has(requestId)) costs.set(requestId, costOf(record));
      });
      for (const [requestId, intent] of intents) yield recorded(requestId, intent, costs.get(requestId));
    },
    recordLost: async (tenantId, requestId, costMicroUsd) => {
      const { intent } = await find(tenantId, requestId);
      const lost = {
        ...intent,
        status: 500,
        errorCode: 'lost',
        attempts: [],
        finishReasons: [],
        usage: null,
        costMicroUsd,
        // Whether the model was called is not known: all that was held for it counts as spent.
        costIsBound: true,
      };
      if (await requests.putLostOutcome(tenantId, requestId, lost)) return costMicroUsd;
      return costOf((await find(tenantId, requestId)).outcome) ?? null;
    },
  };
}

function recorded(requestId: string, intent: StoredFacts, cost: number | null | undefined): RecordedRequest {
  const holds = Array.isArray(intent.holds) ? (intent.holds as HoldReference[]) : [];
  return { requestId, holds, ...(cost !== undefined && { cost }) };
}

/** Undefined where there is no outcome, null where it does not know. */
function costOf(outcome: StoredFacts | undefined): number | null | undefined {
  if (!outcome) return undefined;
  return typeof outcome.costMicroUsd === 'number' ? outcome.costMicroUsd : null;
}
