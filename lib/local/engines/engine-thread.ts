import { Server } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { guardServer } from '../access/guard-server.ts';
import { dynamoDbGuard } from '../access/guards/dynamodb-guard.ts';
import { sqsAndS3Guard } from '../access/guards/sqs-and-s3-guard.ts';
import type { AccessDenied } from '../access/index.ts';
import type { EngineCommand, EngineMessage, EngineSettings } from './engine.ts';
import { EngineAccess } from './engine-access.ts';
import { listenOnLoopbackOnly } from './loopback-only.ts';
import { startDynamoDb } from './start-dynamodb.ts';
import { startSqsAndS3 } from './start-sqs-and-s3.ts';

const settings = workerData as EngineSettings;
const access = new EngineAccess(settings, tell);
const enforcer = () => access.enforcer;
const onDenied = ({ message, missing }: AccessDenied) => tell({ type: 'denied', message, missing });

// dynalite throws what happens to a request's connection, for example that the caller went away.
process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return;
  tell({ type: 'log', line: `an engine failed: ${error.stack ?? error.message}` });
  process.exit(1);
});

// fauxqs keeps its server to itself: it is caught when it listens.
listenOnLoopbackOnly((server) => {
  if (server instanceof Server) guardServer(server, sqsAndS3Guard(enforcer, onDenied));
});

try {
  const [dynamodb, sqsAndS3] = await Promise.all([
    startDynamoDb(settings.dynamodb, dynamoDbGuard(enforcer, onDenied)),
    startSqsAndS3(settings.sqsAndS3, settings.region),
  ]);
  parentPort?.on('message', async (command: EngineCommand) => {
    if (command.type === 'stop') {
      await Promise.all([dynamodb.stop(), sqsAndS3.stop()]);
      process.exit(0);
    }
    if (command.type === 'setAccess') access.setTable(command.table);
    else access.addSession(command.session);
    tell({ type: 'done', id: command.id });
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
