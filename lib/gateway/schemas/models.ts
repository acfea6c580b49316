import * as z from 'zod-for-requests';

export const model = z
  .object({
    id: z.string(),
    object: z.literal('model'),
    created: z.number().int().describe('Always 0: a name can lead to several models.'),
    owned_by: z.string(),
  })
  .meta({ id: 'Model' });

export const modelList = z
  .object({ object: z.literal('list'), data: z.array(model) })
  .meta({ id: 'ListModelsResponse' });
