import { DynamoDBClient, GetItemCommand, ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Runtime } from '../../lib/local/index.ts';

/** Makes of a job of a tenant what a crash or the time would have made of it. */
export async function tamperWithJob(
  { endpoints, region }: Pick<Runtime, 'endpoints' | 'region'>,
  { tenantId, jobId }: { readonly tenantId: string; readonly jobId: string },
  change: object,
): Promise<void> {
  const database = new DynamoDBClient({
    endpoint: endpoints.dynamodb,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  try {
    const { TableNames = [] } = await database.send(new ListTablesCommand({}));
    const TableName = TableNames.find((name) => name.includes('Data-Jobs'));
    const Key = { partition: { S: `${tenantId}#jobs` }, sort: { S: jobId } };
    const { Item = {} } = await database.send(new GetItemCommand({ TableName, Key }));
    const job = { ...JSON.parse(Item.job?.S ?? ''), ...change };
    await database.send(
      new PutItemCommand({ TableName, Item: { ...Item, job: { S: JSON.stringify(job) } } }),
    );
  } finally {
    database.destroy();
  }
}

/** A worker had the job, and is gone. */
export const lostByWorker = {
  state: 'running',
  attempts: 1,
  changedAtMs: 1,
  lease: { token: 'gone', untilMs: 1 },
};
