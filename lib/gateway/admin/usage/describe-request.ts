import { requestTimeMs } from '../../../storage/request-id.ts';
import type { RecordedRequest } from './list-requests.ts';

type Facts = Readonly<Record<string, unknown>>;

/** A request as its tenant reads it: all that was recorded, the later over the earlier, in snake case. */
export function describeRequest({ id, records }: RecordedRequest) {
  const facts: Record<string, unknown> = Object.assign({}, ...records.map(({ record }) => record));
  // The id says the tenant's side of it; what else is ours is told in OpenAI's names.
  const {
    requestId: _id,
    tenantId: _tenant,
    projectId,
    keyId,
    userId,
    receivedAtMs: _time,
    ...others
  } = facts;
  return {
    id,
    object: 'openclaw.request',
    created_at: Math.floor(requestTimeMs(id) / 1_000),
    state: stateOf(records, facts),
    project_id: projectId || null,
    api_key_id: keyId || null,
    user_id: userId || null,
    ...(inSnakeCase(others) as object),
  };
}

function stateOf(records: RecordedRequest['records'], facts: Facts) {
  const phases = new Set(records.map(({ phase }) => phase));
  if (phases.has('refused')) return 'refused';
  if (!phases.has('outcome')) return 'in_progress';
  if (facts.cutBy !== undefined) return 'cut';
  return Number(facts.status) < 400 ? 'completed' : 'failed';
}

function inSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSnakeCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [snakeCase(name), inSnakeCase(child)]),
  );
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
