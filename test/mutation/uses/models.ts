import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Use } from './deployment-in-use.ts';

/** Two records of each request: the intent and the outcome. */
const RECORDS_PER_REQUEST = 2;
const RECORDS_WITHIN_MS = 2_000;

const messages = [{ role: 'user' as const, content: 'Say hello. What do you say?' }];

/** Every model, whole and streamed, the list of models, and the records afterwards. */
export const useModels: Use = async ({ runtime, outputs, models, clientOf }) => {
  const openai = await clientOf('acme');
  await openai.models.list();
  // A path of its own in API Gateway.
  const root = await fetch(runtime.url);
  if (root.status !== 404) throw new Error(`/ answered ${root.status}`);
  const database = new DynamoDBClient({
    endpoint: runtime.endpoints.dynamodb,
    region: runtime.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  try {
    const countRecords = async () => {
      const scan = new ScanCommand({ TableName: outputs.RequestsTableName, Select: 'COUNT' });
      return (await database.send(scan)).Count ?? 0;
    };
    const before = await countRecords();
    await Promise.all(
      models.map(async (model) => {
        const { choices } = await openai.chat.completions.create({ model, messages });
        if (!choices[0]?.message.content) throw new Error(`${model} answered nothing`);
        let streamed = '';
        for await (const chunk of await openai.chat.completions.create({ model, messages, stream: true })) {
          streamed += chunk.choices[0]?.delta.content ?? '';
        }
        if (streamed === '') throw new Error(`${model} streamed nothing`);
      }),
    );
    const expected = before + models.length * 2 * RECORDS_PER_REQUEST;
    const deadlineMs = Date.now() + RECORDS_WITHIN_MS;
    // The outcome of a stream is recorded after its end.
    for (;;) {
      const records = await countRecords();
      if (records === expected) break;
      if (Date.now() > deadlineMs) throw new Error(`there are ${records} records, not ${expected}`);
      await sleep(20);
    }
  } finally {
    database.destroy();
  }
};
