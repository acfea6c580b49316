/** A service that is served on loopback. */
export interface Engine {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Where the engines keep their data. */
export interface EngineDirectories {
  readonly dynamodb: string;
  readonly sqsAndS3: string;
  readonly region: string;
}

/** What the engines' thread says. */
export type EngineMessage =
  | { readonly type: 'started'; readonly dynamodb: string; readonly sqsAndS3: string }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'log'; readonly line: string };
