import * as z from 'zod-for-requests/mini';

export const toolCall = z.looseObject({
  id: z.string(),
  type: z.string(),
  function: z.optional(z.looseObject({ name: z.string(), arguments: z.string() })),
});
