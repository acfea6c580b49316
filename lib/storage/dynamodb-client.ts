import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** Where a table lives. Without an endpoint the SDK finds it by the region and `AWS_ENDPOINT_URL_DYNAMODB`. */
export interface DynamoDbLocation {
  readonly endpoint?: string;
  readonly region?: string;
  /** Default: those that the SDK finds in the environment. */
  readonly credentials?: NonNullable<DynamoDBClientConfig['credentials']>;
  /** Whose connections to use. @default - its own */
  readonly requestHandler?: DynamoDBClient['config']['requestHandler'];
}

/**
 * A client with short time-outs: every caller here waits for single-item operations that take milliseconds, so a
 * hanging connection is better given up and retried than waited for.
 */
export function createDynamoDbClient(location: DynamoDbLocation = {}): DynamoDBClient {
  return new DynamoDBClient({
    ...(location.endpoint === undefined ? {} : { endpoint: location.endpoint }),
    ...(location.region === undefined ? {} : { region: location.region }),
    ...(location.credentials === undefined ? {} : { credentials: location.credentials }),
    maxAttempts: 4,
    requestHandler: location.requestHandler ?? { connectionTimeout: 1_000, requestTimeout: 5_000 },
  });
}

let shared: DynamoDBClient | undefined;

/** The process's one client for its own account and region. */
export function sharedDynamoDbClient(): DynamoDBClient {
  shared ??= createDynamoDbClient();
  return shared;
}
