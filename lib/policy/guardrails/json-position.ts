/** Follows the text of a JSON document, piece by piece, and tells whether its end is inside a string. */
export class JsonPosition {
  #inString = false;
  #escaped = false;

  /** True where what comes next stands inside a string. */
  get inString(): boolean {
    return this.#inString;
  }

  advance(text: string): void {
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (this.#escaped) this.#escaped = false;
      else if (code === 0x5c) this.#escaped = this.#inString;
      else if (code === 0x22) this.#inString = !this.#inString;
    }
  }

  /** What a replacement has to look like here, so that the document stays JSON. */
  quote(replacement: string): string {
    const quoted = JSON.stringify(replacement);
    return this.#inString ? quoted.slice(1, -1) : quoted;
  }
}
