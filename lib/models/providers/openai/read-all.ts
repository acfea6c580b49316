/** Largest whole answer: 2,048 embeddings of 3,072 numbers written out take about this much. */
export const MAX_JSON_BYTES = 64 * 1024 * 1024;
/** An error's text beyond this is not read. */
export const MAX_ERROR_BYTES = 64 * 1024;

/** Reads a body to its end. Returns undefined, and reads no further, where there is more than `maxBytes`. */
export async function readAll(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > maxBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts, length);
}
