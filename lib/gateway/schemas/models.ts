import * as z from 'zod-for-requests/mini';

export const model = z
  .object({
    id: z.string(),
    object: z.literal('model'),
    created: z.int().check(z.describe('Always 0: a name can lead to several models.')),
    owned_by: z.string(),
  })
  .register(z.globalRegistry, { id: 'Model' });

export const modelList = z
  .object({ object: z.literal('list'), data: z.array(model) })
  .register(z.globalRegistry, { id: 'ListModelsResponse' });
