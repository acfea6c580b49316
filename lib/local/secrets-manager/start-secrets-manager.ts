import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServiceError } from '../engines/json-service.ts';
import type { Secret, SecretsManager } from './secrets-manager.ts';

/** The Secrets Manager over HTTP. */
export interface SecretsManagerServer {
  readonly endpoint: string;
  stop(): Promise<void>;
}

type Input = Readonly<Record<string, unknown>>;
type Operation = (secrets: SecretsManager, input: Input) => object | Promise<object>;

/** A value is at most 64 KiB; JSON may escape each character to six. */
const MAX_BODY_BYTES = 1024 * 1024;

const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['GetSecretValue', getSecretValue],
  ['PutSecretValue', putSecretValue],
  ['DescribeSecret', describeSecret],
]);

/**
 * Serves secrets on loopback with AWS's JSON protocol: GetSecretValue, PutSecretValue and DescribeSecret.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html
 */
export async function startSecretsManager(secrets: SecretsManager): Promise<SecretsManagerServer> {
  const server = createServer((request, response) => {
    answer(secrets, request).then(
      ({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify(body));
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  secrets: SecretsManager,
  request: IncomingMessage,
): Promise<{ readonly status: number; readonly body: object }> {
  const text = await readBody(request);
  try {
    const name = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const operation = operations.get(name);
    if (!operation) throw new ServiceError('UnknownOperationException', `there is no operation ${name} here`);
    return { status: 200, body: await operation(secrets, parseInput(text)) };
  } catch (error) {
    if (error instanceof ServiceError) {
      return { status: 400, body: { __type: error.code, Message: error.reason } };
    }
    return { status: 500, body: { __type: 'InternalServiceError', Message: String(error) } };
  }
}

function getSecretValue(secrets: SecretsManager, input: Input): object {
  const secret = secrets.get(readText(input, 'SecretId'));
  if (secret.value === undefined) {
    throw new ServiceError(
      'ResourceNotFoundException',
      "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    );
  }
  return { ...identity(secret), SecretString: secret.value, VersionStages: ['AWSCURRENT'] };
}

async function putSecretValue(secrets: SecretsManager, input: Input): Promise<object> {
  const secret = await secrets.put(readText(input, 'SecretId'), readText(input, 'SecretString'));
  return { ...identity(secret), VersionStages: ['AWSCURRENT'] };
}

function describeSecret(secrets: SecretsManager, input: Input): object {
  const secret = secrets.get(readText(input, 'SecretId'));
  const { VersionId: versionId, ...known } = identity(secret);
  return {
    ...known,
    LastChangedDate: secret.changedAtMs / 1000,
    VersionIdsToStages: { [versionId]: ['AWSCURRENT'] },
  };
}

function identity({ arn, name, versionId, createdAtMs }: Secret) {
  return { ARN: arn, Name: name, VersionId: versionId, CreatedDate: createdAtMs / 1000 };
}

function readText(input: Input, name: string): string {
  const value = input[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new ServiceError('InvalidParameterException', `${name} has to be a text that is not empty`);
}

function parseInput(text: string): Input {
  try {
    const input: unknown = JSON.parse(text);
    if (typeof input === 'object' && input !== null) return input as Input;
  } catch {
    // Answered below, like any body that is not an object.
  }
  throw new ServiceError('SerializationException', 'the body is not a JSON object');
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error('the body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
