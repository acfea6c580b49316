import { setTimeout as sleep } from 'node:timers/promises';
import { type JsonService, ServiceError } from '../engines/json-service.ts';
import type { JsonObject } from '../json.ts';
import type { CreatedResource, ResourceRequest } from './resource-handler.ts';

/** The properties that CreateTable takes as they stand in the template. */
const passedOn = ['AttributeDefinitions', 'KeySchema', 'LocalSecondaryIndexes'] as const;
const ACTIVE_LIMIT_MS = 10_000;

/** AWS::DynamoDB::Table. Every table is on demand here: provisioned capacity has no meaning on one machine. */
export async function createTable(resource: ResourceRequest): Promise<CreatedResource> {
  const { properties, services } = resource;
  const name = properties.optionalText('TableName') ?? resource.physicalName({ maxLength: 255 });
  const input: Record<string, unknown> = { TableName: name, BillingMode: 'PAY_PER_REQUEST' };
  for (const property of passedOn) {
    if (properties.has(property)) input[property] = properties.get(property);
  }
  const indexes = properties.list('GlobalSecondaryIndexes');
  if (indexes.length > 0) input.GlobalSecondaryIndexes = indexes.map(withoutCapacity);
  await createOrFind(services.dynamodb, name, input, resource.warn);
  const timeToLive = properties.group('TimeToLiveSpecification');
  return {
    ref: name,
    attributes: { Arn: resource.arn('dynamodb', `table/${name}`) },
    ...(timeToLive.flag('Enabled') && {
      timeToLive: { tableName: name, attribute: timeToLive.text('AttributeName') },
    }),
  };
}

interface TableDescription {
  readonly TableStatus: string;
  readonly KeySchema: readonly { readonly AttributeName: string }[];
  readonly GlobalSecondaryIndexes?: readonly { readonly IndexName: string }[];
}

async function createOrFind(
  dynamodb: JsonService,
  name: string,
  input: Readonly<Record<string, unknown>>,
  warn: (message: string) => void,
): Promise<void> {
  try {
    await dynamodb.call('CreateTable', input);
  } catch (error) {
    if (!(error instanceof ServiceError && error.code === 'ResourceInUseException')) throw error;
    const table = await describe(dynamodb, name);
    // Changing keys or indexes would mean to make the table anew, without its items.
    if (describeKeys(table) !== describeKeys(input as unknown as TableDescription)) {
      warn(
        `the table ${name} exists with other keys or indexes than the template's; remove the data folder to remake it`,
      );
    }
  }
  const deadline = Date.now() + ACTIVE_LIMIT_MS;
  while ((await describe(dynamodb, name)).TableStatus !== 'ACTIVE') {
    if (Date.now() > deadline) throw new Error(`the table ${name} does not become active`);
    await sleep(5);
  }
}

async function describe(dynamodb: JsonService, name: string): Promise<TableDescription> {
  const { Table: table } = await dynamodb.call<{ Table: TableDescription }>('DescribeTable', {
    TableName: name,
  });
  return table;
}

function describeKeys({ KeySchema: keys, GlobalSecondaryIndexes: indexes = [] }: TableDescription): string {
  return JSON.stringify([
    keys.map((key) => key.AttributeName),
    indexes.map((index) => index.IndexName).sort(),
  ]);
}

function withoutCapacity(index: unknown): JsonObject {
  const { IndexName, KeySchema, Projection } = index as JsonObject;
  return { IndexName: IndexName ?? '', KeySchema: KeySchema ?? [], Projection: Projection ?? {} };
}
