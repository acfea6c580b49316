/**
 * Names for what was redacted from one request: `[EMAIL_1]`, the same one for the same value each time. The values
 * stay in memory, for as long as the request lasts.
 */
export class Placeholders {
  readonly #byValue = new Map<string, string>();
  readonly #counts = new Map<string, number>();
  readonly #originals = new Map<string, string>();

  /** The placeholder of a value; with `restore`, one that an answer's is turned back from. */
  of(category: string, value: string, restore: boolean): string {
    const type = category.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
    const key = `${type}\n${value}`;
    let placeholder = this.#byValue.get(key);
    if (placeholder === undefined) {
      const count = (this.#counts.get(type) ?? 0) + 1;
      this.#counts.set(type, count);
      placeholder = `[${type}_${count}]`;
      this.#byValue.set(key, placeholder);
    }
    if (restore) this.#originals.set(placeholder, value);
    return placeholder;
  }

  /** Leaves out of use what a text has already that looks like a placeholder: it would be taken for one of ours. */
  reserve(text: string): void {
    if (!text.includes('[')) return;
    for (const [, type = '', count] of text.matchAll(/\[([A-Z0-9_]+)_(\d{1,6})\]/g)) {
      this.#counts.set(type, Math.max(this.#counts.get(type) ?? 0, Number(count)));
    }
  }

  /** What stands for what, of the values that are restored. */
  get originals(): ReadonlyMap<string, string> {
    return this.#originals;
  }
}
