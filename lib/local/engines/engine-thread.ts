import { parentPort, workerData } from 'node:worker_threads';
import type { EngineDirectories, EngineMessage } from './engine.ts';
import { listenOnLoopbackOnly } from './loopback-only.ts';
import { startDynamoDb } from './start-dynamodb.ts';
import { startSqsAndS3 } from './start-sqs-and-s3.ts';

const { dynamodb: dynamodbDirectory, sqsAndS3: sqsAndS3Directory, region } = workerData as EngineDirectories;

listenOnLoopbackOnly();
// dynalite throws what happens to a request's connection, for example that the caller went away.
process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return;
  tell({ type: 'log', line: `an engine failed: ${error.stack ?? error.message}` });
  process.exit(1);
});

try {
  const engines = await Promise.all([
    startDynamoDb(dynamodbDirectory),
    startSqsAndS3(sqsAndS3Directory, region),
  ]);
  const [dynamodb, sqsAndS3] = engines;
  parentPort?.once('message', async () => {
    await Promise.all(engines.map((engine) => engine.stop()));
    process.exit(0);
  });
  tell({ type: 'started', dynamodb: dynamodb.endpoint, sqsAndS3: sqsAndS3.endpoint });
} catch (error) {
  tell({ type: 'failed', message: error instanceof Error ? describe(error) : String(error) });
}

function tell(message: EngineMessage): void {
  parentPort?.postMessage(message);
}

function describe(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
