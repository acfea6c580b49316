import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Passes on a stream's text line by line. */
export function forwardLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
}
