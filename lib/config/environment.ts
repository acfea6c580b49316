/**
 * The environment variables that stacks write and functions read, each declared once.
 * A construct sets one together with the permission it implies.
 */
export interface FunctionEnvironment {
  /** Name of the table of API keys. */
  readonly API_KEYS_TABLE: string;
  /** Name of the table of request records. */
  readonly REQUESTS_TABLE: string;
  /** Name of the table of rate limits: how much of each is used. */
  readonly RATE_LIMITS_TABLE: string;
  /** Name of the table of tenants, their projects, members, settings and events. */
  readonly TENANCY_TABLE: string;
  /** Name of the table of money and other amounts that are held and spent. */
  readonly LEDGER_TABLE: string;
  /** Name of the table of answers kept for a while: those of idempotent requests and of the response cache. */
  readonly REPLIES_TABLE: string;
  /** Name of the table of jobs: requests that wait for a reviewer or a worker. */
  readonly JOBS_TABLE: string;
  /** Name of the bucket of large bodies. */
  readonly OBJECTS_BUCKET: string;
  /** ARN of the KMS key under which stored texts are encrypted, with the tenant's id as context. */
  readonly DATA_KEY: string;
  /** ARN of the role that functions take on, tagged with a tenant's id, to reach that tenant's data. */
  readonly TENANT_ROLE: string;
  /** URL of the queue of jobs to run. */
  readonly JOBS_QUEUE_URL: string;
  /** ARN of the secret that keys the hash of API keys. */
  readonly API_KEY_PEPPER_SECRET: string;
  /** The issuer of the deployment's own user pool. */
  readonly SIGN_IN_ISSUER: string;
  /** The client id for which that issues tokens. */
  readonly SIGN_IN_AUDIENCE: string;
  /** ARN of the secret with the providers' keys: a JSON object from key name to key. */
  readonly PROVIDER_KEYS_SECRET: string;
}

export type EnvironmentVariable = keyof FunctionEnvironment;

/**
 * Reads variables at module scope, so that a missing one fails the start of the function.
 *
 * @throws Error naming the missing variable.
 */
export function readEnvironment<Name extends EnvironmentVariable>(
  ...names: readonly Name[]
): Pick<FunctionEnvironment, Name> {
  const values: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = process.env[name];
    if (!value) throw new Error(`the environment variable ${name} is missing`);
    values[name] = value;
  }
  return values as Pick<FunctionEnvironment, Name>;
}
