import { parentPort, workerData } from 'node:worker_threads';
import { startDynamoDb } from '../../lib/local/engines/start-dynamodb.ts';

// The same engine in a thread of its own as the runtime starts it, without the guard before it.
const { endpoint } = await startDynamoDb(workerData as string);
parentPort?.postMessage(endpoint);
