const content = /"content":"([^"]*)"/;

/**
 * Reads a stream of server-sent events as it arrives, in whatever pieces. It looks for what it needs instead of parsing
 * JSON: the generator must be cheaper than what it measures.
 */
export class ChunkReader {
  #rest = '';
  /** True once the stream has ended as OpenAI's streams do. */
  done = false;

  /** The non-empty contents that this piece completes. */
  read(piece: Buffer): string[] {
    const events = (this.#rest + piece.toString('latin1')).split('\n\n');
    this.#rest = events.pop() ?? '';
    const contents: string[] = [];
    for (const event of events) {
      if (event === 'data: [DONE]') this.done = true;
      const found = content.exec(event)?.[1];
      if (found) contents.push(found);
    }
    return contents;
  }
}
