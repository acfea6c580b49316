/** What requests are taken to be like. All sizes in bytes of 8 bits, GB of 10⁹. */
export interface CostAssumptions {
  readonly requestsPerMonth: number;
  /** How long the function is busy with a request: nearly all of it waits for the model. Lambda bills that too. */
  readonly billedMs: number;
  /** Input tokens of a request. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Records that a request leaves: one before the model is called, one after. */
  readonly recordsPerRequest: number;
  readonly recordBytes: number;
  /** How long records are kept, in months. */
  readonly recordMonths: number;
  /** Writes of rate limits per request: a function takes a twentieth of a minute's limit at once. */
  readonly limitWritesPerRequest: number;
  /** Reads of API keys per request: a key is remembered for a minute. */
  readonly keyReadsPerRequest: number;
  /** Log of a request: API Gateway's access line and Lambda's own three lines. */
  readonly logBytes: number;
  /** Calls of KMS per request: DynamoDB, S3, CloudWatch and functions keep the keys that they get for minutes. */
  readonly kmsRequestsPerRequest: number;
  /** Calls of Secrets Manager per request: a secret is remembered for five minutes. */
  readonly secretCallsPerRequest: number;
}

/**
 * CPU time of the function per request, the part of `billedMs` that does not wait, as `npm run bench -- gateway` measured
 * it (docs/reference/benchmark.md): too little to count beside the model's time.
 */
export const MEASURED_CPU_MS = 0.47;

export const defaultAssumptions: CostAssumptions = {
  requestsPerMonth: 0,
  billedMs: 1_500,
  inputTokens: 500,
  outputTokens: 200,
  requestBytes: 3_000,
  responseBytes: 3_000,
  recordsPerRequest: 2,
  // Measured: 251 and 617 bytes of JSON for a chat completion, with keys and the 100 bytes that DynamoDB adds.
  recordBytes: 700,
  // 400 days.
  recordMonths: 13,
  limitWritesPerRequest: 0.1,
  keyReadsPerRequest: 0.01,
  logBytes: 900,
  kmsRequestsPerRequest: 0.01,
  secretCallsPerRequest: 0.001,
};
