/** A queue whose messages a function is invoked with, as a template declares it. */
export interface QueueSource {
  readonly logicalId: string;
  readonly queueUrl: string;
  readonly queueArn: string;
  /** The function, with or without a version or alias. */
  readonly functionArn: string;
  /** Messages in one invocation, at most. */
  readonly batchSize: number;
  /** How long messages are gathered for a batch, in milliseconds. */
  readonly batchingWindowMs: number;
  /** Invocations at a time, at most. */
  readonly maxConcurrency: number;
  /** True where the function answers which messages of a batch failed. */
  readonly reportsItemFailures: boolean;
}

/** A function that is invoked again and again. */
export interface Schedule {
  readonly logicalId: string;
  readonly ruleArn: string;
  readonly functionArn: string;
  readonly periodMs: number;
  /** JSON that the function is invoked with. @default - EventBridge's own event */
  readonly input?: string;
}
