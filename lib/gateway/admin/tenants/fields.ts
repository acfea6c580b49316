import * as z from 'zod';

/** What people call a thing: one line of text. */
export const nameField = z
  .string()
  .regex(/^(?=.*\S)[^\p{Cc}\p{Zl}\p{Zp}]{1,128}$/u, 'expected 1 to 128 characters in one line');

/** Ids are looked up, not interpreted: any text of a sensible length will do. */
export const idField = z.string().min(1).max(128);

/** How long from now, in seconds: at most ten years. */
export const secondsField = z
  .number()
  .int()
  .min(1)
  .max(10 * 365 * 24 * 60 * 60);

export const epochSeconds = z.number().int().describe('Seconds since 1970.');

/** Of every list: how many, and after which. */
export const pageFields = {
  limit: z.coerce.number().int().min(1).max(100).optional().describe('At most this many. Default: 20.'),
  after: idField.optional().describe('The id after which the page begins.'),
};

export const pageQuery = z.object(pageFields);

/** A parameter of OpenAI's that means nothing here: clients may send it empty. */
export const unused = z.null().optional();

export function listOf<Item extends z.ZodType>(item: Item, id: string) {
  return z
    .object({
      object: z.literal('list'),
      data: z.array(item),
      first_id: z.string().nullable(),
      last_id: z.string().nullable(),
      has_more: z.boolean(),
    })
    .meta({ id });
}

export function deletedOf<Kind extends string>(kind: Kind, id: string) {
  return z.object({ id: z.string(), object: z.literal(kind), deleted: z.literal(true) }).meta({ id });
}
