import * as z from 'zod-for-requests';

export const errorResponse = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string().nullable(),
    }),
  })
  .meta({ id: 'ErrorResponse' });

export const health = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });
