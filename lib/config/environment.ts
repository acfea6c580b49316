/**
 * The environment variables that stacks write and functions read, each declared once.
 * A construct sets one together with the permission it implies.
 */
export interface FunctionEnvironment {
  /** Name of the table of API keys. */
  readonly API_KEYS_TABLE: string;
  /** Name of the table of request records. */
  readonly REQUESTS_TABLE: string;
  /** Name of the table of rate-limit windows. */
  readonly RATE_LIMITS_TABLE: string;
  /** ARN of the secret that keys the hash of API keys. */
  readonly API_KEY_PEPPER_SECRET: string;
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
