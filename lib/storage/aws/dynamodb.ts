import type {
  AttributeValue,
  BatchGetItemInput,
  BatchGetItemOutput,
  BatchWriteItemInput,
  BatchWriteItemOutput,
  DeleteItemInput,
  DeleteItemOutput,
  GetItemInput,
  GetItemOutput,
  PutItemInput,
  PutItemOutput,
  QueryInput,
  QueryOutput,
  UpdateItemInput,
  UpdateItemOutput,
} from '@aws-sdk/client-dynamodb';
import type { Timed } from '../timed.ts';
import { readAnswer, writeRequest } from './binary-values.ts';
import type { HttpAnswer } from './http-exchange.ts';
import { readJsonError } from './json-error.ts';
import { ServiceClient } from './service-client.ts';
import { ServiceError } from './service-error.ts';
import type { ServiceLocation } from './service-location.ts';

export type { AttributeValue, QueryOutput, UpdateItemInput };

/** The condition of a write does not hold. */
export class ConditionalCheckFailedException extends ServiceError {
  /** The item as it is, where the write asked for it. */
  readonly Item: Record<string, AttributeValue> | undefined;
  /** As of an answer. */
  readonly serverMs?: number;

  constructor({ name, message, status, details }: ServiceError, { serverMs }: Timed<object>) {
    super(name, message, status, details);
    if (serverMs !== undefined) this.serverMs = serverMs;
    this.Item = details.Item as Record<string, AttributeValue> | undefined;
  }
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html */
const targetPrefix = 'DynamoDB_20120810';

/**
 * DynamoDB's operations on items, with the types of AWS's SDK. Calls have short time-outs: every caller waits for
 * single-item operations that take milliseconds, so a hanging connection is better given up and retried.
 *
 * Every method throws ServiceError where DynamoDB refuses.
 */
export class DynamoDb {
  readonly #client: ServiceClient;

  constructor(location: ServiceLocation = {}) {
    this.#client = new ServiceClient(
      {
        service: 'dynamodb',
        maxAttempts: 4,
        limits: { connectMs: 1_000, totalMs: 5_000 },
        readError,
      },
      location,
    );
  }

  getItem(input: GetItemInput): Promise<Timed<GetItemOutput>> {
    return this.#call('GetItem', input);
  }

  /** @throws ConditionalCheckFailedException where the condition does not hold */
  putItem(input: PutItemInput): Promise<PutItemOutput> {
    return this.#call('PutItem', input);
  }

  /** @throws ConditionalCheckFailedException where the condition does not hold */
  updateItem(input: UpdateItemInput): Promise<Timed<UpdateItemOutput>> {
    return this.#call('UpdateItem', input);
  }

  /** @throws ConditionalCheckFailedException where the condition does not hold */
  deleteItem(input: DeleteItemInput): Promise<DeleteItemOutput> {
    return this.#call('DeleteItem', input);
  }

  query(input: QueryInput): Promise<QueryOutput> {
    return this.#call('Query', input);
  }

  batchGetItem(input: BatchGetItemInput): Promise<BatchGetItemOutput> {
    return this.#call('BatchGetItem', input);
  }

  batchWriteItem(input: BatchWriteItemInput): Promise<BatchWriteItemOutput> {
    return this.#call('BatchWriteItem', input);
  }

  async #call<Output extends object>(operation: string, input: object): Promise<Timed<Output>> {
    const answer = await this.#client.post(
      { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `${targetPrefix}.${operation}` },
      writeRequest(input),
    );
    return { ...(readAnswer(answer.body) as Output), ...serverTime(answer) };
  }
}

function readError(answer: HttpAnswer): ServiceError {
  const error = readJsonError(answer);
  if (error.name !== 'ConditionalCheckFailedException') return error;
  return new ConditionalCheckFailedException(
    new ServiceError(
      error.name,
      error.message,
      error.status,
      readAnswer(JSON.stringify(error.details)) as ServiceError['details'],
    ),
    serverTime(answer),
  );
}

/** Every answer has it, that of a refusal too. */
function serverTime({ headers: { date } }: HttpAnswer): Timed<object> {
  const serverMs = Date.parse(date ?? '');
  return Number.isNaN(serverMs) ? {} : { serverMs };
}
