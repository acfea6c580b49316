import * as z from 'zod-for-requests/mini';

const tokenIds = z.array(z.int().check(z.nonnegative())).check(z.minLength(1));

/** `POST /v1/embeddings`. */
export const embeddingRequest = z
  .looseObject({
    model: z.string().check(z.minLength(1), z.maxLength(256), z.describe('A name from GET /v1/models.')),
    input: z
      .union([
        z.string().check(z.minLength(1)),
        z.array(z.string()).check(z.minLength(1), z.maxLength(2_048)),
        tokenIds,
        z.array(tokenIds).check(z.minLength(1), z.maxLength(2_048)),
      ])
      .check(z.describe('One text, several texts, or the same as token ids.')),
    dimensions: z.optional(z.int().check(z.positive())),
    encoding_format: z.optional(z.enum(['float', 'base64'])),
    user: z.optional(z.string()),
  })
  .register(z.globalRegistry, { id: 'CreateEmbeddingRequest' });
