import type { DynamoDb } from './aws/dynamodb.ts';

/**
 * The client with whose credentials a tenant's items are reached. In a deployment those are a session's that carries
 * the tenant's id as a tag, and reaches no other tenant's items.
 */
export type ClientFor = (tenantId: string) => DynamoDb;
