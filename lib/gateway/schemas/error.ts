import * as z from 'zod-for-requests/mini';

export const errorResponse = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.nullable(z.string()),
      code: z.nullable(z.string()),
    }),
  })
  .register(z.globalRegistry, { id: 'ErrorResponse' });

export const health = z.object({ status: z.literal('ok') }).register(z.globalRegistry, { id: 'Health' });
