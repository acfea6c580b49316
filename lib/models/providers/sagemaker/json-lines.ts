const LF = 0x0a;
const beginning = Buffer.from('data: ');
const ending = Buffer.from('\n\n');

/**
 * Rewrites lines of JSON, as containers of the LMI family stream chunks, to server-sent events. Bytes are passed on as
 * they come; a line may be in any number of parts.
 */
export async function* jsonLinesToEvents(
  parts: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let inLine = false;
  for await (const part of parts) {
    let start = 0;
    while (start < part.length) {
      const at = part.indexOf(LF, start);
      const line = part.subarray(start, at === -1 ? part.length : at);
      if (line.length > 0 && !inLine) {
        yield beginning;
        inLine = true;
      }
      if (line.length > 0) yield line;
      if (at === -1) break;
      yield ending;
      inLine = false;
      start = at + 1;
    }
  }
}
