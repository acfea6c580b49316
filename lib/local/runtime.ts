import type { RoleReport } from './access/index.ts';
import type { FunctionCpu } from './function-set.ts';
import type { FunctionDefinition } from './functions/function-definition.ts';
import type { RuntimeError } from './runtime-error.ts';

export interface RuntimeOptions {
  /** The synthesized app; a promise lets the engines start while it is synthesized. */
  readonly assemblyDirectory: string | Promise<string>;
  /** Where all state is kept. Made where it is missing. */
  readonly dataDirectory: string;
  /** @default 127.0.0.1 */
  readonly host?: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Where the local values of secrets and the functions' AWS credentials come from. @default - this process's own */
  readonly environment?: NodeJS.ProcessEnv;
  /** Takes a sentence for each step of the start, and warnings. @default - nowhere */
  readonly onProgress?: (message: string) => void;
  /** Takes what functions log and a line per request. @default - nowhere */
  readonly onLog?: (line: string) => void;
  /** Called where the runtime cannot go on by itself. @default - nobody is told */
  readonly onFailure?: (error: RuntimeError) => void;
}

/** A deployment that runs on this machine. */
export interface Runtime {
  /** Where the REST API is served, without a slash at the end. */
  readonly url: string;
  /** The stacks' outputs, by stack and name. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly endpoints: {
    readonly dynamodb: string;
    readonly s3: string;
    readonly sqs: string;
    readonly secretsManager: string;
    readonly kms: string;
    readonly sts: string;
  };
  readonly region: string;
  /** What the roles of the deployment are granted, and which of it calls have used since the start. */
  accessReport(): readonly RoleReport[];
  /**
   * Runs a function as the person at this machine, as `aws lambda invoke` does, and waits for what it answers.
   *
   * @throws Error where there is none of that name, FunctionError where it fails
   */
  invoke(functionName: string, event: unknown): Promise<unknown>;
  /** The functions as they run: code, environment with the credentials of their roles, limits. */
  readonly functions: readonly FunctionDefinition[];
  /** CPU time that each function has taken, by function name. */
  functionCpu(): Promise<Record<string, FunctionCpu>>;
  /**
   * Puts a newly synthesized app in place of the present one. Requests in flight end on the functions that they began on.
   *
   * @throws RuntimeError where the new app cannot run; then the present one runs on
   */
  reload(assemblyDirectory: string): Promise<void>;
  /** Lets requests in flight end, at most for some seconds, and ends all threads. */
  stop(): Promise<void>;
}
