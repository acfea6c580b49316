/** An answer with the time at which the database gave it, in milliseconds since 1970, cut to whole seconds. */
export type Timed<Answer> = Answer & { readonly serverMs?: number };

/** What an answer, or a refusal, says of the time; nothing where it does not. */
export function timeOf({ serverMs }: Timed<object>): Timed<object> {
  return serverMs === undefined ? {} : { serverMs };
}
