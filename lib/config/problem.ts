/** A key of a configuration that cannot work, or would break a promise that another key makes. */
export interface Problem {
  readonly path: (string | number)[];
  /** What is wrong and what to do about it. */
  readonly message: string;
}
