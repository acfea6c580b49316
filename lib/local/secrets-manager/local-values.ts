type Values = Readonly<Record<string, string>>;

/**
 * Entries that overlay the current values of secrets, which are JSON objects then. They come from the person's shell and
 * are kept in memory only.
 */
export class LocalValues {
  readonly #bySecret = new Map<string, Values>();
  /** Names of entries that were given another value since the start; these win over the shell's. */
  readonly #replaced = new Map<string, Set<string>>();

  declare(secret: string, values: Values): void {
    const replaced = this.#replaced.get(secret);
    const kept = Object.entries(values).filter(([name]) => !replaced?.has(name));
    this.#bySecret.set(secret, Object.fromEntries(kept));
  }

  /** The value with the entries. */
  overlay(secret: string, value: string): string {
    const values = this.#bySecret.get(secret) ?? {};
    const object = parseObject(value);
    if (Object.keys(values).length === 0 || !object) return value;
    return JSON.stringify({ ...object, ...values });
  }

  /**
   * The value to keep of one that is put: without the entries that only come back, as they were read with the value. An
   * entry that differs takes the place of the shell's.
   */
  remove(secret: string, value: string): string {
    const values = this.#bySecret.get(secret) ?? {};
    const object = parseObject(value);
    if (Object.keys(values).length === 0 || !object) return value;
    const replaced = Object.keys(values).filter((name) => object[name] !== values[name]);
    this.#replaced.set(secret, new Set([...(this.#replaced.get(secret) ?? []), ...replaced]));
    this.declare(secret, values);
    const kept = Object.entries(object).filter(([name, entry]) => values[name] !== entry);
    return JSON.stringify(Object.fromEntries(kept));
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // A text that is no JSON has no entries.
  }
  return undefined;
}
