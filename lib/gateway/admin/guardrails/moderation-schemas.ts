import * as z from 'zod';
import { moderationCategories } from '../../../policy/guardrails/builtin-moderation/categories.ts';

const part = z.looseObject({
  type: z.enum(['text', 'image_url']),
  text: z.string().optional(),
  image_url: z.looseObject({ url: z.string() }).optional(),
});

/** `POST /v1/moderations`. */
export const moderationRequest = z
  .strictObject({
    input: z
      .union([z.string(), z.array(z.string()).min(1).max(1_000), z.array(part).min(1).max(1_000)])
      .describe('One text, several texts, or the parts of one input.'),
    model: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe(
        "`openclaw-moderation`, which is built in, or a model of a configured provider's moderation.",
      ),
  })
  .meta({ id: 'CreateModerationRequest' });

const ofEach = <Value extends z.ZodType>(value: Value) =>
  z.looseObject(Object.fromEntries(moderationCategories.map((category) => [category, value])));

export const moderationResponse = z
  .object({
    id: z.string(),
    model: z.string(),
    results: z.array(
      z.looseObject({
        flagged: z.boolean(),
        categories: ofEach(z.boolean().nullable()),
        category_scores: ofEach(z.number()),
        category_applied_input_types: ofEach(z.array(z.string())),
      }),
    ),
  })
  .meta({ id: 'CreateModerationResponse' });
