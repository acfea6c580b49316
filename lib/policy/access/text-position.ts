/** A place in a text as editors count: lines and columns from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** @param byteOffset - of the text in UTF-8, as the engine counts */
export function textPosition(text: string, byteOffset: number): TextPosition {
  const before = Buffer.from(text).subarray(0, byteOffset).toString().split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
