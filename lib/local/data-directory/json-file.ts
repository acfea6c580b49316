import { open, readFile, rename } from 'node:fs/promises';

/** A file that holds one JSON value and that its owner alone can read. */
export class JsonFile<Value> {
  readonly #path: string;
  #lastWrite: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * @returns undefined where there is no file yet
   * @throws Error where the file is there but cannot be read
   */
  async read(): Promise<Value | undefined> {
    const text = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as Value;
    } catch {
      // Without the parser's message, which quotes the file: what lies in it is secret.
      throw new Error(`${this.#path} is damaged: it is no JSON`);
    }
  }

  /**
   * Writes one value after the other, and a file only ever whole, so that a crash leaves the old or the new one. What
   * is written is the value as it is when its turn comes.
   */
  write(value: () => Value): Promise<void> {
    const write = this.#lastWrite.then(() => writeWhole(this.#path, JSON.stringify(value())));
    this.#lastWrite = write.catch(() => undefined);
    return write;
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
}
