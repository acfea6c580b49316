import { randomUUID } from 'node:crypto';
import * as http from 'node:http';
import { streamingHandler } from '../../../functions/api/streaming-handler.ts';
import type { GatewayReply, GatewayRequest, WriteChunk } from '../../../lib/gateway/http.ts';
import { DynamoDb } from '../../../lib/storage/aws/dynamodb.ts';
import { BatchWriter, type Urgency } from '../../../lib/storage/batch-writer.ts';

/** Characters of a record of the gateway's: what it writes of a request of the benchmark, on average. */
const recordLengths = { intent: 450, outcome: 900 } as const;

const upstream = new URL(process.env.UPSTREAM_ORIGIN ?? '');
const agent = new http.Agent({ keepAlive: true });
const records = new BatchWriter(new DynamoDb(), process.env.REQUESTS_TABLE ?? '');

/**
 * What no gateway leaves out that keeps durable records: writes one, passes the request on as it came, answers as the
 * upstream does, and writes another. It knows no keys, limits, prices or errors.
 */
export const handler = streamingHandler({
  async handle(request, { waitUntil }) {
    const requestId = randomUUID();
    await record(requestId, 'intent', 'now');
    const answer = await passOn(request);
    return {
      status: answer.statusCode ?? 502,
      headers: { 'content-type': answer.headers['content-type'] ?? '' },
      body: async (write) => {
        await copy(answer, write);
        waitUntil(record(requestId, 'outcome', 'soon'));
      },
    } satisfies GatewayReply;
  },
});

function record(requestId: string, phase: keyof typeof recordLengths, urgency: Urgency): Promise<void> {
  const item = {
    partition: { S: requestId },
    sort: { S: phase },
    record: { S: 'x'.repeat(recordLengths[phase]) },
  };
  return records.put(item, urgency);
}

function passOn({ path, body }: GatewayRequest): Promise<http.IncomingMessage> {
  const { hostname, port } = upstream;
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const request = http.request({ agent, hostname, port, path, method: 'POST', headers }, resolve);
    request.once('error', reject);
    request.end(body);
  });
}

function copy(answer: http.IncomingMessage, write: WriteChunk): Promise<void> {
  return new Promise((resolve, reject) => {
    answer.on('data', (chunk: Buffer) => void write(chunk));
    answer.once('end', resolve);
    answer.once('error', reject);
  });
}
