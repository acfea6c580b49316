import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';

/** Records in the table of requests, by phase. */
export interface RecordCounts {
  readonly intents: number;
  readonly outcomes: number;
  /** Requests that have both. */
  readonly complete: number;
}

/** Reads the whole table and counts what is in it, each request once. */
export async function countRecords(
  tableName: string,
  location: { readonly endpoint: string; readonly region: string },
): Promise<RecordCounts> {
  const client = new DynamoDBClient(location);
  const intents = new Set<string>();
  const outcomes = new Set<string>();
  const pages = paginateScan({ client }, { TableName: tableName, ProjectionExpression: 'sort' });
  for await (const { Items: items = [] } of pages) {
    for (const item of items) {
      const [requestId = '', phase] = item.sort?.S?.split('#') ?? [];
      if (phase === '1-intent') intents.add(requestId);
      if (phase === '2-outcome') outcomes.add(requestId);
    }
  }
  client.destroy();
  return {
    intents: intents.size,
    outcomes: outcomes.size,
    complete: [...intents].filter((id) => outcomes.has(id)).length,
  };
}
