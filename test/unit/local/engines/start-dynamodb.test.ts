import { join } from 'node:path';
import { DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
// @ts-expect-error dynalite has no types
import { create } from 'dynalite/db/index.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startDynamoDb } from '../../../../lib/local/engines/start-dynamodb.ts';
import { temporaryDirectory } from '../support/write-assembly.ts';

describe('a table that a kill left', () => {
  it.each([
    ['being created', 'CREATING', ['Orders']],
    ['being deleted', 'DELETING', []],
  ])('%s is put right at the next start', async (_what, status, expected) => {
    const directory = join(await temporaryDirectory(), 'dynamodb');
    const { db } = create({ path: directory });
    await db.put('table~Orders', { TableName: 'Orders', TableStatus: status, KeySchema: [] });
    await db.close();
    const { endpoint, stop } = await startDynamoDb(directory);
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
    onTestFinished(async () => {
      client.destroy();
      await stop();
    });
    const { TableNames: names = [] } = await client.send(new ListTablesCommand());
    expect(names).toEqual(expected);
    for (const name of names) {
      const { Table: table } = await client.send(new DescribeTableCommand({ TableName: name }));
      expect(table?.TableStatus).toBe('ACTIVE');
    }
  });
});
