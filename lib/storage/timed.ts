import type { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

/** An answer with the time at which the database gave it, in milliseconds since 1970, cut to whole seconds. */
export type Timed<Answer> = Answer & { readonly serverMs?: number };

/** Reads the time out of the answer to a command. Every HTTP answer of the database has it, that of a refusal too. */
export function timed(command: UpdateItemCommand | GetItemCommand): () => { readonly serverMs?: number } {
  let serverMs = Number.NaN;
  // Both have the same stack, but for the types of what goes through it, which is not looked at.
  (command as UpdateItemCommand).middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      serverMs = Date.parse(dateOf(result.response));
      return result;
    },
    // The innermost of its step: it sees the answer as it came.
    { step: 'deserialize', priority: 'low', name: 'readServerTime' },
  );
  return () => (Number.isNaN(serverMs) ? {} : { serverMs });
}

function dateOf(response: unknown): string {
  const { headers } = response as { readonly headers?: Readonly<Record<string, string>> };
  return headers?.date ?? '';
}
