import * as z from 'zod-for-requests';

const tokenIds = z.array(z.number().int().nonnegative()).min(1);

/** `POST /v1/embeddings`. */
export const embeddingRequest = z
  .looseObject({
    model: z.string().min(1).max(256).describe('A name from GET /v1/models.'),
    input: z
      .union([
        z.string().min(1),
        z.array(z.string()).min(1).max(2_048),
        tokenIds,
        z.array(tokenIds).min(1).max(2_048),
      ])
      .describe('One text, several texts, or the same as token ids.'),
    dimensions: z.number().int().positive().optional(),
    encoding_format: z.enum(['float', 'base64']).optional(),
    user: z.string().optional(),
  })
  .meta({ id: 'CreateEmbeddingRequest' });
