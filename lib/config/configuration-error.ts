/** One thing that is wrong in a configuration. */
export interface ConfigurationProblem {
  /** The key as one would write it in the file, for example `models["gpt-4.1"].targets[0].provider`. */
  readonly path: string;
  /** What is expected there. */
  readonly expected: string;
}

/** A configuration cannot be used. The message is complete: a command prints it as it is. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  /** Absolute path of the configuration file. */
  readonly file: string;
  /** Every bad key; empty where the file could not be read as a configuration at all. */
  readonly problems: readonly ConfigurationProblem[];

  constructor(
    file: string,
    message: string,
    options: { readonly problems?: readonly ConfigurationProblem[]; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.file = file;
    this.problems = options.problems ?? [];
  }
}
