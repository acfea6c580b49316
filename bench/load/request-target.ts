/** Where a system under test is reached and how it is addressed. */
export interface RequestTarget {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}
