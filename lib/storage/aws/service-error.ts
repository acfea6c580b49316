/** An error that a service of AWS answered. Its `name` is AWS's own, such as `ThrottlingException`. */
export class ServiceError extends Error {
  override readonly name: string;
  /** The HTTP status. */
  readonly status: number;
  /** Other members of the error, by AWS's names. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    name: string,
    message: string,
    status: number,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = name;
    this.status = status;
    this.details = details;
  }
}
