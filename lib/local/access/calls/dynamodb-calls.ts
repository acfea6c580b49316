import type { CallScope, Check, ServiceCall } from '../check.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Stands for a key that is not known here. */
const UNKNOWN_KEY = '\0';

/**
 * The permissions that a call to DynamoDB needs. Batches need one per table.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
export function dynamoDbChecks({ operation, input }: ServiceCall, scope: CallScope): readonly Check[] {
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
    const tables = Object.entries(fields(input.RequestItems));
    // What names no table must not pass for want of a question.
    if (tables.length === 0) return [{ action: `dynamodb:${operation}`, resource: '*' }];
    return tables.map(([table, requests]) =>
      check(operation, tableArn(table, scope), input, requests, scope),
    );
  }
  const { TableName: table, IndexName: index } = input;
  if (typeof table !== 'string') return [{ action: `dynamodb:${operation}`, resource: '*' }];
  const arn = tableArn(table, scope);
  if (typeof index !== 'string') return [check(operation, arn, input, undefined, scope)];
  const { context } = check(operation, arn, input, undefined, scope);
  return [
    { action: `dynamodb:${operation}`, resource: `${arn}/index/${index}`, ...(context && { context }) },
  ];
}

/** True for operations that leave the table as it is, which need less of its key. */
export function readsOnly(operation: string): boolean {
  return /^(Get|BatchGet|Query|Scan|Describe|List)/.test(operation);
}

/** The ARN of a table that a call names by its name or its ARN. */
export function tableArn(table: string, { partition, region, accountId }: CallScope): string {
  return table.startsWith('arn:') ? table : `arn:${partition}:dynamodb:${region}:${accountId}:table/${table}`;
}

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
function check(operation: string, arn: string, input: Fields, requests: unknown, scope: CallScope): Check {
  const context: [string, readonly string[]][] = [];
  const partitionKey = scope.partitionKey(arn);
  const leading = partitionKey === undefined ? [] : leadingKeys(input, requests, partitionKey);
  // A query always names one key. Where it is not recognised, or is that of an index, it must not count as none or as
  // empty, which `ForAllValues` lets pass: as no tenant's key it is refused by every condition.
  if (operation === 'Query' && leading.length === 0) leading.push(UNKNOWN_KEY);
  if (leading.length > 0) context.push(['dynamodb:leadingkeys', [...new Set(leading)]]);
  for (const name of ['Select', 'ReturnValues', 'ReturnConsumedCapacity'] as const) {
    const value = input[name];
    if (typeof value === 'string') context.push([`dynamodb:${name.toLowerCase()}`, [value]]);
  }
  return { action: `dynamodb:${operation}`, resource: arn, ...(context.length > 0 && { context }) };
}

/** The values of the partition key that a call touches; none for a Scan, which touches all. */
function leadingKeys(input: Fields, requests: unknown, partitionKey: string): string[] {
  const items = [input.Key, input.Item, ...batchedItems(requests)];
  const named = items.flatMap((item) => attributeText(fields(item)[partitionKey]) ?? []);
  return [...named, ...queriedKey(input, partitionKey)];
}

function batchedItems(requests: unknown): unknown[] {
  if (Array.isArray(requests)) {
    return requests.map((request) => {
      const { PutRequest: put, DeleteRequest: remove } = fields(request);
      return fields(put).Item ?? fields(remove).Key;
    });
  }
  const { Keys: keys } = fields(requests);
  return Array.isArray(keys) ? keys : [];
}

/** The value that a query's key condition gives the partition key, which is always by `=`. */
function queriedKey(input: Fields, partitionKey: string): string[] {
  const { KeyConditionExpression: condition, KeyConditions: legacy, IndexName: index } = input;
  // The key of an index is another attribute.
  if (index !== undefined) return [];
  if (typeof condition !== 'string') {
    const { AttributeValueList: values } = fields(fields(legacy)[partitionKey]);
    return Array.isArray(values) ? values.flatMap((value) => attributeText(value) ?? []) : [];
  }
  const names = fields(input.ExpressionAttributeNames);
  for (const [, name = '', value = ''] of condition.matchAll(/([#\w.]+)\s*=\s*(:\w+)/g)) {
    if ((names[name] ?? name) !== partitionKey) continue;
    return [attributeText(fields(input.ExpressionAttributeValues)[value]) ?? []].flat();
  }
  return [];
}

/** `{ "S": "a" }` → `a`. */
function attributeText(value: unknown): string | undefined {
  const text = Object.values(fields(value))[0];
  return typeof text === 'string' ? text : undefined;
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
