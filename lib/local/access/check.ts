/** One permission that a call needs. A call may need several: for each item's table, or of the key that encrypts. */
export interface Check {
  /** Such as `dynamodb:GetItem`. */
  readonly action: string;
  /** An ARN, or `*` for what has no resource. */
  readonly resource: string;
  /** Values of condition keys that only this call knows; names in lower case. */
  readonly context?: readonly (readonly [key: string, values: readonly string[]])[];
}

/** A call to a service of AWS, as far as permissions depend on it. */
export interface ServiceCall {
  /** Name of the operation, such as `GetItem`. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What calls are read against. */
export interface CallScope {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  /** Name of a table's partition key, where the templates declare the table. */
  readonly partitionKey: (tableArn: string) => string | undefined;
}
